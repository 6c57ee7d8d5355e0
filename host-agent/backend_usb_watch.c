/*
 * What a conversation about a USB device waits for; see backend_usb_watch.h.
 *
 * Devices that come and go are seen as files under /dev/bus/usb (inotify(7)):
 * that needs no udev, no netlink socket and no right, and tells of a change of
 * the file's rights too, which follows a moment after the device.  Where that
 * folder is not there, or comes later, only the time is left.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_usb_watch.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host-agent/backend_usb_find.h"

#define CHANGES (IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_TO)

/* The folder, and one for each bus; those that are watched stay so. */
static void watch_folders(struct bw_usb_watch *w)
{
    char path[sizeof(BW_USB_DEV) + 256];
    struct dirent *d;
    DIR *dir;

    inotify_add_watch(w->notify_fd, BW_USB_DEV, CHANGES);
    dir = opendir(BW_USB_DEV);
    while (dir && (d = readdir(dir))) {
        if (d->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", BW_USB_DEV, d->d_name);
            inotify_add_watch(w->notify_fd, path, CHANGES);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

int bw_usb_watch_init(struct bw_usb_watch *w)
{
    int err;

    w->notify_fd = -1;
    w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (w->epoll_fd < 0) {
        return -1;
    }
    w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (w->timer_fd < 0) {
        err = errno;
        close(w->epoll_fd);
        errno = err;
        return -1;
    }
    bw_usb_watch_add(w, w->timer_fd, POLLIN);
    w->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->notify_fd >= 0) {
        bw_usb_watch_add(w, w->notify_fd, POLLIN);
        watch_folders(w);
    }
    return 0;
}

void bw_usb_watch_finish(struct bw_usb_watch *w)
{
    if (w->notify_fd >= 0) {
        close(w->notify_fd);
    }
    close(w->timer_fd);
    close(w->epoll_fd);
}

void bw_usb_watch_add(struct bw_usb_watch *w, int fd, short events)
{
    /* the bits are the same: epoll_ctl(2) */
    struct epoll_event e = { .events = (uint32_t)events, .data = { .fd = fd } };

    epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &e);
}

void bw_usb_watch_remove(struct bw_usb_watch *w, int fd)
{
    epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void bw_usb_watch_set(struct bw_usb_watch *w, uint32_t ms)
{
    const struct itimerspec when = {
        .it_value = { .tv_sec = ms / 1000,
                      .tv_nsec = (long)(ms % 1000) * 1000000 },
    };

    timerfd_settime(w->timer_fd, 0, &when, NULL);
}

bool bw_usb_watch_is_due(struct bw_usb_watch *w)
{
    uint64_t times;

    return read(w->timer_fd, &times, sizeof(times)) == sizeof(times);
}

bool bw_usb_watch_changed(struct bw_usb_watch *w)
{
    char events[4096];
    bool changed = false;

    while (w->notify_fd >= 0 &&
           read(w->notify_fd, events, sizeof(events)) > 0) {
        changed = true;
    }
    if (changed) {
        watch_folders(w);
    }
    return changed;
}
