/*
 * Drivers that USB devices have lost to the agent; see usb_detached.h.
 *
 * The kernel releases a device whose user is killed, and leaves its interfaces
 * without drivers.  The file has a line for each interface, "1-1.4:1.0 1 7
 * ftdi_sio": its folder in sysfs, the device's bus and number, the driver.  A
 * device that has another number by now was plugged in anew, and has its
 * drivers by that.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-bus-usb; usbdevice_fs.h,
 * USBDEVFS_CONNECT, which has the kernel look for a driver as if the interface
 * had just come: it need not be the one that is noted.  It returns 1, or 0 if no
 * driver wants it (drivers/usb/core/devio.c; drivers/base/dd.c, device_attach()).
 *
 * Choices: an agent holds a lock (flock(2)) on the file, so that what another
 * one that runs has noted is left alone; that other one then notes nothing.
 * The file is opened before the sandbox, which forbids to make files, and
 * written in one piece and not synchronised: it is for a process that ends, and
 * a machine that does finds its devices anew.
 *
 * Not done: a configuration that a guest has chosen stays when the agent is
 * killed, and its interfaces, which are others, are not noted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/usb_detached.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host-agent/backend_usb_find.h"
#include "host-agent/log.h"
#include "lib/text.h"

#define NAME       "usb-detached"
#define FOLDER     "/run/benchwire"
#define MAX_LINES  128 /* interfaces at one time */
#define MAX_FOLDER 47  /* of an interface; %46s below */
#define MAX_DRIVER 32  /* %31s below */
#define MAX_LINE   (MAX_FOLDER + MAX_DRIVER + 24)
#define MAX_PATH   512

struct line {
    char interface[MAX_FOLDER]; /* "1-1.4:1.0" */
    unsigned bus;
    unsigned device;
    char driver[MAX_DRIVER];
};

static struct {
    pthread_mutex_t lock;
    int fd;
    struct line lines[MAX_LINES];
    size_t count;
} noted = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

/* --- the file --- */

/* With the lock.  What is left behind a shorter text if the agent is killed
 * here is a line that was true before, or none. */
static void write_lines(void)
{
    char text[MAX_LINES * MAX_LINE];
    size_t len = 0, i;

    for (i = 0; i < noted.count; i++) {
        const struct line *l = &noted.lines[i];

        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %u %u %s\n",
                                l->interface, l->bus, l->device, l->driver);
    }
    if (noted.fd >= 0 && (pwrite(noted.fd, text, len, 0) != (ssize_t)len ||
                          ftruncate(noted.fd, (off_t)len) < 0)) {
        bw_log(BW_LOG_ERROR,
               "usb: which drivers are detached cannot be written down: %s",
               strerror(errno));
    }
}

static bool is_name(const char *s)
{
    return s[0] != '.' && !strchr(s, '/') &&
           bw_text_ok((const uint8_t *)s, strlen(s));
}

static bool read_line(const char *text, struct line *l)
{
    char interface[MAX_FOLDER], *colon;

    if (sscanf(text, "%46s %u %u %31s", l->interface, &l->bus, &l->device,
               l->driver) != 4) {
        return false;
    }
    strcpy(interface, l->interface);
    colon = strchr(interface, ':');
    if (!colon) {
        return false;
    }
    *colon = '\0';
    return bw_usb_is_port(interface) && is_name(l->interface) &&
           is_name(l->driver) && strchr(colon + 1, '.') != NULL;
}

static void read_lines(void)
{
    char text[MAX_LINES * MAX_LINE + 1];
    ssize_t len = pread(noted.fd, text, sizeof(text) - 1, 0);
    char *line, *rest = NULL;

    text[len > 0 ? len : 0] = '\0';
    noted.count = 0;
    for (line = strtok_r(text, "\n", &rest); line && noted.count < MAX_LINES;
         line = strtok_r(NULL, "\n", &rest)) {
        if (read_line(line, &noted.lines[noted.count])) {
            noted.count++;
        }
    }
}

static void default_path(char *out, size_t size)
{
    const char *folder = getenv("RUNTIME_DIRECTORY");

    if (!folder || !folder[0]) {
        folder = FOLDER;
    }
    snprintf(out, size, "%.*s/" NAME, (int)strcspn(folder, ":"), folder);
}

int bw_usb_detached_open(const char *path)
{
    char usual[MAX_PATH];
    int fd;

    default_path(usual, sizeof(usual));
    fd = open(path ? path : usual, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
              0600);
    if (fd < 0) {
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int err = errno;

        close(fd);
        errno = err;
        return -1;
    }
    pthread_mutex_lock(&noted.lock);
    noted.fd = fd;
    read_lines();
    pthread_mutex_unlock(&noted.lock);
    return 0;
}

void bw_usb_detached_close(void)
{
    pthread_mutex_lock(&noted.lock);
    if (noted.fd >= 0) {
        close(noted.fd);
    }
    noted.fd = -1;
    noted.count = 0;
    pthread_mutex_unlock(&noted.lock);
}

/* --- giving back --- */

static unsigned number_in(const char *sysfs, const char *port, const char *name)
{
    char path[MAX_PATH];
    unsigned number = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s/%s", sysfs, port, name);
    file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%u", &number) != 1) {
            number = 0;
        }
        fclose(file);
    }
    return number;
}

/* The name of the driver that an interface has; false: none. */
static bool read_driver(const char *sysfs, const char *interface, char *out,
                        size_t size)
{
    char path[MAX_PATH], target[MAX_PATH];
    const char *name;
    ssize_t len;

    snprintf(path, sizeof(path), "%s/%.255s/driver", sysfs, interface);
    len = readlink(path, target, sizeof(target) - 1);
    if (len <= 0) {
        return false;
    }
    target[len] = '\0';
    name = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
    return (size_t)snprintf(out, size, "%s", name) < size;
}

/* Is it the same device, and has the interface no driver? */
static bool is_bare(const char *sysfs, const struct line *l)
{
    char port[MAX_FOLDER], path[MAX_PATH], driver[MAX_DRIVER];

    snprintf(port, sizeof(port), "%.*s", (int)strcspn(l->interface, ":"),
             l->interface);
    snprintf(path, sizeof(path), "%s/%s", sysfs, l->interface);
    return number_in(sysfs, port, "busnum") == l->bus &&
           number_in(sysfs, port, "devnum") == l->device &&
           access(path, F_OK) == 0 &&
           !read_driver(sysfs, l->interface, driver, sizeof(driver));
}

static void connect_driver(const char *dev, const struct line *l)
{
    struct usbdevfs_ioctl command = {
        .ifno = atoi(strrchr(l->interface, '.') + 1),
        .ioctl_code = USBDEVFS_CONNECT,
    };
    char path[MAX_PATH];
    int fd, status = -1;

    snprintf(path, sizeof(path), "%s/%03u/%03u", dev, l->bus, l->device);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        status = ioctl(fd, USBDEVFS_IOCTL, &command);
    }
    if (status <= 0) {
        bw_log(BW_LOG_ERROR,
               "usb: interface %s, which an agent that was killed had taken, "
               "does not get its driver %s again: %s; plug the device in anew",
               l->interface, l->driver,
               status < 0 ? strerror(errno)
                          : "the kernel has none that wants it");
    } else {
        bw_log(BW_LOG_INFO,
               "usb: interface %s, which an agent that was killed had taken, "
               "is given back to the kernel's drivers (%s)",
               l->interface, l->driver);
    }
    if (fd >= 0) {
        close(fd);
    }
}

void bw_usb_detached_give_back(const char *sysfs, const char *dev)
{
    size_t i;

    pthread_mutex_lock(&noted.lock);
    for (i = 0; i < noted.count; i++) {
        if (is_bare(sysfs, &noted.lines[i])) {
            connect_driver(dev, &noted.lines[i]);
        }
    }
    noted.count = 0;
    write_lines();
    pthread_mutex_unlock(&noted.lock);
}

/* --- noting --- */

/* With the lock. */
static void drop(const struct bw_usb_found *f)
{
    size_t from, to = 0;

    for (from = 0; from < noted.count; from++) {
        if (noted.lines[from].bus != f->bus ||
            noted.lines[from].device != f->device) {
            noted.lines[to++] = noted.lines[from];
        }
    }
    noted.count = to;
}

/* With the lock. */
static void add(const char *sysfs, const char *interface,
                const struct bw_usb_found *f)
{
    struct line *l = &noted.lines[noted.count];

    if (noted.count < MAX_LINES && strlen(interface) < sizeof(l->interface) &&
        read_driver(sysfs, interface, l->driver, sizeof(l->driver)) &&
        strcmp(l->driver, "usbfs") != 0) {
        strcpy(l->interface, interface);
        l->bus = f->bus;
        l->device = f->device;
        noted.count++;
    }
}

void bw_usb_detached_note(const char *sysfs, const struct bw_usb_found *f)
{
    size_t len = strlen(f->what.port);
    struct dirent *d;
    DIR *dir = opendir(sysfs);

    pthread_mutex_lock(&noted.lock);
    drop(f);
    while (dir && (d = readdir(dir))) {
        if (strncmp(d->d_name, f->what.port, len) == 0 &&
            d->d_name[len] == ':') {
            add(sysfs, d->d_name, f);
        }
    }
    write_lines();
    pthread_mutex_unlock(&noted.lock);
    if (dir) {
        closedir(dir);
    }
}

void bw_usb_detached_forget(const struct bw_usb_found *f)
{
    pthread_mutex_lock(&noted.lock);
    drop(f);
    write_lines();
    pthread_mutex_unlock(&noted.lock);
}
