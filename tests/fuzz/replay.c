/*
 * Replay a fuzzer's corpus without libFuzzer: one TAP point for each file.
 *
 * Linked with one tests/fuzz/fuzz_NAME.c and the sanitizers, so that a file
 * that breaks something ends the program; the missing points then count as
 * failures.  usage: fuzz_NAME FOLDER
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LARGEST_INPUT (1u << 20) /* bytes; a larger file is an error */

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Give one file to the fuzzer; the buffer is exactly as long as the file, so
 * that AddressSanitizer sees a read past its end. */
static int replay(const char *folder, const char *name)
{
    char path[4096];
    FILE *file;
    uint8_t *all, *data;
    size_t size;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return -1;
    }
    all = malloc(LARGEST_INPUT + 1);
    size = all ? fread(all, 1, LARGEST_INPUT + 1, file) : 0;
    fclose(file);
    data = size && size <= LARGEST_INPUT ? realloc(all, size) : NULL;
    if (!data) {
        free(all);
        fprintf(stderr, "%s: empty or above %u bytes\n", path, LARGEST_INPUT);
        return -1;
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count, failed = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    count = scandir(argv[1], &entries, is_input, alphasort);
    if (count <= 0) {
        printf("Bail out! no input in %s\n", argv[1]);
        return 1;
    }
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        int status = replay(argv[1], entries[i]->d_name);

        printf("%sok %d - %s\n", status ? "not " : "", i + 1,
               entries[i]->d_name);
        fflush(stdout);
        failed += status != 0;
        free(entries[i]);
    }
    free(entries);
    return failed ? 1 : 0;
}
