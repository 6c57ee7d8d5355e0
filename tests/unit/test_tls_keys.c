/*
 * host-agent/tls_keys.c and tls_creds.c: what a folder of credentials may hold.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tls_folder.h"

#include "host-agent/tls_creds.h"
#include "host-agent/tls_keys.h"

#define KEY "00112233445566778899AABBccddeeff"

static struct bw_tls_keys keys;
static char error[256];

static bool read_text(const char *text)
{
    FILE *f = fmemopen((void *)text, strlen(text), "r");
    bool good;

    assert_non_null(f);
    error[0] = '\0';
    good = bw_tls_keys_read(&keys, f, "keys.psk", error, sizeof(error));
    fclose(f);
    return good;
}

static void names_and_keys_are_read(void **state)
{
    const struct bw_tls_key *k;

    (void)state;
    assert_true(read_text("a:" KEY "\r\n\nb-1_x.y@z:" KEY KEY));
    assert_int_equal(keys.count, 2);
    k = bw_tls_keys_find(&keys, "a");
    assert_non_null(k);
    assert_int_equal(k->len, 16);
    assert_int_equal(k->bytes[10], 0xaa);
    assert_int_equal(k->bytes[15], 0xff);
    assert_int_equal(bw_tls_keys_find(&keys, "b-1_x.y@z")->len, 32);
    assert_null(bw_tls_keys_find(&keys, "c"));
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } cases[] = {
        { "a\n", "keys.psk:1: this is not NAME:KEY" },
        { "a:" KEY "\na:" KEY "\n", "keys.psk:2: \"a\" has a key already" },
        { "a:0011\n", "keys.psk:1: the key of \"a\" has 4 hexadecimal" },
        { "a:" KEY "0\n", "has 33 hexadecimal" },
        { "a:" KEY KEY KEY KEY "00\n", "has 130 hexadecimal" },
        { "a:" KEY KEY KEY KEY "0000\n", "has 132 hexadecimal" },
        { "a:0g112233445566778899aabbccddeeff\n", "is not hexadecimal" },
        { ":" KEY "\n", "must have 1 to 63 characters" },
        { "a b:" KEY "\n", "letters, digits and -_.@ only" },
        { "#61:" KEY "\n", "letters, digits and -_.@ only" },
        { "\nlocal:" KEY "\n",
          "keys.psk:2: the name before the colon is what" },
        { "loopback:" KEY "\n", "choose another" },
        { "network:" KEY "\n", "choose another" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_false(read_text(cases[i].text));
        if (!strstr(error, cases[i].error)) {
            fail_msg("%s where %s was to be", error, cases[i].error);
        }
    }
}

static void a_line_without_end_is_refused(void **state)
{
    char text[1024];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_false(read_text(text));
    assert_non_null(strstr(error, "too long"));
}

static void there_is_a_most_of_keys(void **state)
{
    static char text[(BW_TLS_MAX_KEYS + 1) * 64];
    size_t at = 0;

    (void)state;
    for (unsigned i = 0; i < BW_TLS_MAX_KEYS; i++) {
        at += (size_t)sprintf(text + at, "k%u:" KEY "\n", i);
    }
    assert_true(read_text(text));
    strcpy(text + at, "more:" KEY "\n");
    assert_false(read_text(text));
    assert_non_null(strstr(error, "keys.psk:65: there are more than 64 keys"));
}

/* Folders */

static char note[256];

static struct bw_tls_creds *load(const char *folder)
{
    error[0] = '\0';
    return bw_tls_creds_server(rig_path(folder), note, sizeof(note), error,
                               sizeof(error));
}

static void an_empty_folder_lets_nobody_in(void **state)
{
    struct bw_tls_creds *c;

    (void)state;
    rig_folder("empty");
    c = load("empty");
    assert_non_null(c);
    assert_non_null(strstr(note, "nobody can come in by TLS"));
    bw_tls_creds_unref(c);
    assert_null(load("absent"));
    assert_non_null(strstr(error, "No such file or directory; create it"));
    assert_null(
        bw_tls_creds_client(rig_path("empty"), NULL, error, sizeof(error)));
    assert_non_null(strstr(error, "neither keys.psk nor client-cert.pem"));
}

static void a_bad_file_of_keys_is_no_credentials(void **state)
{
    rig_folder("bad");
    rig_write(rig_path("bad/keys.psk"), "a:" KEY "\nb:00\n");
    (void)state;
    assert_null(load("bad"));
    assert_non_null(strstr(error, "bad/keys.psk:2: the key of \"b\""));
}

static void keys_that_everyone_can_read_are_noted(void **state)
{
    struct bw_tls_creds *c;

    (void)state;
    rig_folder("open");
    rig_write(rig_path("open/keys.psk"), "a:" KEY "\n");
    c = load("open");
    assert_non_null(c);
    assert_string_equal(note, "");
    bw_tls_creds_unref(c);
    chmod(rig_path("open/keys.psk"), 0644);
    c = load("open");
    assert_non_null(c);
    assert_non_null(strstr(note, "chmod o="));
    bw_tls_creds_unref(c);
}

static void certificates_need_their_key_and_authority(void **state)
{
    const struct certs_request r = { "bench", "agent.test", NULL, -1, 30 };
    struct certs_authority a;
    struct bw_tls_creds *c;

    (void)state;
    certs_authority_new(&a, "authority");
    rig_folder("certs");
    certs_issue(&a, rig_path("certs"), "server", &r);
    assert_null(load("certs"));
    assert_non_null(strstr(error, "cannot use "));
    assert_non_null(strstr(error, "ca-cert.pem"));
    certs_write_authority(&a, rig_path("certs"));
    c = load("certs");
    assert_non_null(c);
    assert_string_equal(bw_tls_creds_kinds(c), "certificates");
    bw_tls_creds_unref(c);
    certs_issue(&a, rig_path("certs"), "client", &r);
    rename(rig_path("certs/client-key.pem"), rig_path("certs/server-key.pem"));
    assert_null(load("certs"));
    assert_non_null(strstr(error, "server-cert.pem with "));
    certs_authority_free(&a);
}

static void an_expired_certificate_of_the_agent_is_noted(void **state)
{
    const struct certs_request r = { "bench", "agent.test", NULL, -30, 20 };
    struct certs_authority a;
    struct bw_tls_creds *c;

    (void)state;
    certs_authority_new(&a, "authority");
    rig_folder("old");
    certs_issue(&a, rig_path("old"), "server", &r);
    certs_write_authority(&a, rig_path("old"));
    chmod(rig_path("old/server-key.pem"), 0600);
    c = load("old");
    assert_non_null(c);
    assert_non_null(strstr(note, "has expired"));
    bw_tls_creds_unref(c);
    certs_authority_free(&a);
}

static void a_client_with_several_keys_must_say_which(void **state)
{
    struct bw_tls_creds *c;
    const char *dir;

    (void)state;
    rig_folder("two");
    rig_write(rig_path("two/keys.psk"), "a:" KEY "\nb:" KEY "\n");
    dir = rig_path("two");
    assert_null(bw_tls_creds_client(dir, NULL, error, sizeof(error)));
    assert_non_null(strstr(error, "has 2 keys; say which with --identity"));
    assert_null(bw_tls_creds_client(dir, "c", error, sizeof(error)));
    assert_non_null(strstr(error, "has no key of \"c\""));
    c = bw_tls_creds_client(dir, "b", error, sizeof(error));
    assert_non_null(c);
    bw_tls_creds_unref(c);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(rig_dir) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -r '%s'", rig_dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_keys_are_read),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_line_without_end_is_refused),
        cmocka_unit_test(there_is_a_most_of_keys),
        cmocka_unit_test(an_empty_folder_lets_nobody_in),
        cmocka_unit_test(a_bad_file_of_keys_is_no_credentials),
        cmocka_unit_test(keys_that_everyone_can_read_are_noted),
        cmocka_unit_test(certificates_need_their_key_and_authority),
        cmocka_unit_test(an_expired_certificate_of_the_agent_is_noted),
        cmocka_unit_test(a_client_with_several_keys_must_say_which),
    };

    return cmocka_run_group_tests_name("tls keys", tests, make_folder,
                                       remove_folder);
}
