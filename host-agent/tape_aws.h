/*
 * AWS tape images, as IBM's P/390 and Hercules have them.
 *
 * Format: blocks, each a header of six bytes and then its data.  The header is
 * three 16-bit numbers, little-endian: the length of this block's data, that
 * of the block before, and flags: 80h a record begins, 20h a record ends, 40h
 * a tape mark (without data).  A record of more than 65535 bytes is several
 * blocks.  The tape ends where the file does.  HET, its successor, compresses
 * blocks (flags 01h zlib, 02h bzip2); those are told apart and refused.
 *
 * Pure but for struct bw_tape_io; called by "benchwire tape import" and
 * "export".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TAPE_AWS_H
#define BENCHWIRE_HOST_AGENT_TAPE_AWS_H

#include "lib/tape_io.h"

#define BW_AWS_HEADER    6u
#define BW_AWS_BLOCK_MAX 65535u
#define BW_AWS_NEW       0x80u
#define BW_AWS_MARK      0x40u
#define BW_AWS_END       0x20u
#define BW_AWS_PACKED    0x07u /* flags of HET */

/**
 * struct bw_aws - an image being read or written, from its beginning on
 * @before: length of the block before @offset
 * @error: after a failure: what is wrong at @offset
 */
struct bw_aws {
    const struct bw_tape_io *io;
    uint64_t offset;
    uint64_t size;
    uint32_t before;
    const char *error;
};

enum bw_tape_result bw_aws_open(struct bw_aws *aws,
                                const struct bw_tape_io *io);

/**
 * bw_aws_read: the next record or tape mark
 * @data: takes @room bytes
 * @length: of the record
 *
 * Returns: BW_TAPE_OK, BW_TAPE_MARK, or BW_TAPE_EOD; BW_TAPE_FOREIGN if the
 * image is damaged, BW_TAPE_UNSUPPORTED if it is compressed or a record is
 * longer than @room; BW_TAPE_IO.
 */
enum bw_tape_result bw_aws_read(struct bw_aws *aws, uint8_t *data, size_t room,
                                size_t *length);

/* Append.  @length is not 0. */
enum bw_tape_result bw_aws_write(struct bw_aws *aws, uint8_t *data,
                                 size_t length);
enum bw_tape_result bw_aws_write_mark(struct bw_aws *aws);

#endif
