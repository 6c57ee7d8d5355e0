/*
 * A fixed amount of plain computing between two lines on the console, over
 * and over: whoever watches the lines takes the time.  For `make bench`,
 * which compares emulators; the numbers mean nothing on another scale.
 *
 * One round: sort, CRC, string and list work in about equal parts, as an
 * integer program of that age would do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "uart.h"

#define WORDS  64
#define ROUNDS 20000 /* so many that the lines take next to no time */

struct node {
    struct node *next;
    uint32_t value;
};

static uint32_t words[WORDS];
static struct node nodes[WORDS];
static char text[2][WORDS];

static void fill(uint32_t seed)
{
    for (unsigned i = 0; i < WORDS; i++) {
        seed = seed * 1664525u + 1013904223u;
        words[i] = seed;
        nodes[i].value = seed;
        nodes[i].next = &nodes[(i * 29 + 1) % WORDS];
        text[0][i] = (char)('a' + (seed >> 24) % 26);
    }
    text[0][WORDS - 1] = '\0';
}

static void sort_words(void)
{
    for (unsigned i = 1; i < WORDS; i++) {
        uint32_t word = words[i];
        unsigned j = i;

        for (; j > 0 && words[j - 1] > word; j--) {
            words[j] = words[j - 1];
        }
        words[j] = word;
    }
}

static uint32_t crc_words(uint32_t crc)
{
    const uint8_t *bytes = (const uint8_t *)words;

    for (unsigned i = 0; i < sizeof(words); i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
        }
    }
    return crc;
}

static uint32_t walk_list(void)
{
    const struct node *n = nodes;
    uint32_t sum = 0;

    for (unsigned i = 0; i < 8 * WORDS; i++) {
        sum += n->value;
        n = n->next;
    }
    return sum;
}

static uint32_t round_of_work(uint32_t seed)
{
    fill(seed);
    sort_words();
    strcpy(text[1], text[0]);
    return crc_words(seed) ^ walk_list() ^ (uint32_t)strlen(text[1]) ^
           (uint32_t)strcmp(text[0], text[1]);
}

int main(void)
{
    uart_init();
    for (unsigned lap = 0;; lap++) {
        uint32_t check = 1;

        printf("cpu-loop lap %u\n", lap);
        for (unsigned i = 0; i < ROUNDS; i++) {
            check = round_of_work(check);
        }
        printf("cpu-loop check %08lx\n", (unsigned long)check);
    }
}
