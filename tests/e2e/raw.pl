#!/usr/bin/perl
# Send bytes to a unix socket and print what comes back, as hex.
#
# usage: raw.pl SOCKET SECONDS HEX...
#
# Exits with 0 when the other end closes and with 1 when the time is up before.
#
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
use IO::Socket::UNIX;
use IO::Select;
use Time::HiRes qw(time);

$| = 1;
$SIG{PIPE} = 'IGNORE';
my ($path, $seconds, @hex) = @ARGV;
my $end    = time + $seconds;
my $socket = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\n";
syswrite $socket, pack 'H*', $_ for @hex;
my $select = IO::Select->new($socket);
while ((my $left = $end - time) > 0) {
    next if !$select->can_read($left);
    my $count = sysread $socket, my $bytes, 65536;
    if (!$count) {
        print "\n";
        exit 0;
    }
    print unpack 'H*', $bytes;
}
print "\n";
exit 1;
