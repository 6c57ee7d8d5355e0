/*
 * AWS tape images, see tape_aws.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tape_aws.h"

struct header {
    uint32_t length;
    uint32_t before;
    uint32_t flags; /* of the first byte */
};

enum bw_tape_result bw_aws_open(struct bw_aws *aws, const struct bw_tape_io *io)
{
    aws->io = io;
    aws->offset = 0;
    aws->before = 0;
    aws->error = "";
    return io->size(io->opaque, &aws->size);
}

static enum bw_tape_result damaged(struct bw_aws *aws, const char *error)
{
    aws->error = error;
    return BW_TAPE_FOREIGN;
}

static enum bw_tape_result read_bytes(const struct bw_aws *aws, uint64_t offset,
                                      uint8_t *bytes, size_t length)
{
    struct bw_tape_piece piece = { bytes, length };

    return aws->io->read(aws->io->opaque, offset, &piece, 1);
}

/* The header at aws->offset; the caller knows that the file goes on there. */
static enum bw_tape_result read_header(struct bw_aws *aws, struct header *out)
{
    uint8_t h[BW_AWS_HEADER];
    enum bw_tape_result result;

    if (aws->size - aws->offset < sizeof(h)) {
        return damaged(aws, "the file ends within a header");
    }
    result = read_bytes(aws, aws->offset, h, sizeof(h));
    if (result != BW_TAPE_OK) {
        return result;
    }
    out->length = h[0] | (uint32_t)h[1] << 8;
    out->before = h[2] | (uint32_t)h[3] << 8;
    out->flags = h[4];
    if (out->flags & BW_AWS_PACKED) {
        aws->error = "the block is compressed (HET); unpack the image with "
                     "hetupd or another tool of Hercules first";
        return BW_TAPE_UNSUPPORTED;
    }
    if (out->before != aws->before) {
        return damaged(aws, "the length of the block before is another one");
    }
    if (out->length > aws->size - aws->offset - sizeof(h)) {
        return damaged(aws, "the file ends within a block");
    }
    if ((out->flags & BW_AWS_MARK) &&
        (out->length || (out->flags & (BW_AWS_NEW | BW_AWS_END)))) {
        return damaged(aws, "a tape mark has data");
    }
    return BW_TAPE_OK;
}

static void step(struct bw_aws *aws, uint32_t length)
{
    aws->offset += BW_AWS_HEADER + length;
    aws->before = length;
}

enum bw_tape_result bw_aws_read(struct bw_aws *aws, uint8_t *data, size_t room,
                                size_t *length)
{
    struct header h = { 0 };
    enum bw_tape_result result;

    *length = 0;
    if (aws->offset >= aws->size) {
        return BW_TAPE_EOD;
    }
    do {
        result = read_header(aws, &h);
        if (result != BW_TAPE_OK) {
            return result;
        }
        if ((h.flags & BW_AWS_MARK) && *length == 0) {
            step(aws, 0);
            return BW_TAPE_MARK;
        }
        if (!h.length || (h.flags & BW_AWS_MARK) ||
            !(h.flags & BW_AWS_NEW) != (*length > 0)) {
            return damaged(aws, "the blocks of a record do not follow one "
                                "another");
        }
        if (h.length > room - *length) {
            aws->error = "the record is longer than 16 MiB";
            return BW_TAPE_UNSUPPORTED;
        }
        result = read_bytes(aws, aws->offset + BW_AWS_HEADER, data + *length,
                            h.length);
        if (result != BW_TAPE_OK) {
            return result;
        }
        *length += h.length;
        step(aws, h.length);
    } while (!(h.flags & BW_AWS_END));
    return BW_TAPE_OK;
}

static enum bw_tape_result write_block(struct bw_aws *aws, uint8_t *data,
                                       uint32_t length, uint32_t flags)
{
    uint8_t h[BW_AWS_HEADER] = {
        (uint8_t)length,      (uint8_t)(length >> 8),
        (uint8_t)aws->before, (uint8_t)(aws->before >> 8),
        (uint8_t)flags,
    };
    struct bw_tape_piece pieces[] = { { h, sizeof(h) }, { data, length } };
    enum bw_tape_result result =
        aws->io->write(aws->io->opaque, aws->offset, pieces, length ? 2 : 1);

    if (result == BW_TAPE_OK) {
        step(aws, length);
    }
    return result;
}

enum bw_tape_result bw_aws_write(struct bw_aws *aws, uint8_t *data,
                                 size_t length)
{
    uint32_t flags = BW_AWS_NEW;
    enum bw_tape_result result = BW_TAPE_OK;

    while (result == BW_TAPE_OK && length > 0) {
        uint32_t n =
            length > BW_AWS_BLOCK_MAX ? BW_AWS_BLOCK_MAX : (uint32_t)length;

        flags |= n == length ? BW_AWS_END : 0;
        result = write_block(aws, data, n, flags);
        data += n;
        length -= n;
        flags = 0;
    }
    return result;
}

enum bw_tape_result bw_aws_write_mark(struct bw_aws *aws)
{
    return write_block(aws, NULL, 0, BW_AWS_MARK);
}
