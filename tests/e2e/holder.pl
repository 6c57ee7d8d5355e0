#!/usr/bin/perl
# A client that opens an export and keeps it, as an emulator does: it asks for
# the silence that it is allowed, and sends PING within it.
#
# usage: holder.pl ADDRESS EXPORT SECONDS [mute]
#
# ADDRESS is the path of a unix socket, or HOST:PORT. Prints "held SILENCE_MS
# IDENTITY" when it has the export, then "closed" when the agent closes (exit
# code 0), or "over" after SECONDS (1). With "mute" it sends no PING.
#
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

$| = 1;
$SIG{PIPE} = 'IGNORE';
my ($address, $export, $seconds, $mute) = @ARGV;
my $end    = time + $seconds;
my $socket = $address =~ m{^/}
    ? IO::Socket::UNIX->new(Peer => $address)
    : IO::Socket::INET->new(PeerAddr => $address);
die "$address: $!\n" if !$socket;
my $select = IO::Select->new($socket);
my ($buffer, $id) = ('', 0);

sub send_frame {
    my ($type, $body) = @_;
    syswrite $socket, pack('V v v V', length $body, $type, 0, ++$id) . $body;
    return;
}

# The next reply's status and body, or nothing at the end.
sub receive {
    my ($wait) = @_;
    my $until = time + $wait;
    while (1) {
        my ($len, undef, $status) = unpack 'V v v', $buffer;
        if (length $buffer >= 12 && length $buffer >= 12 + $len) {
            my $body = substr $buffer, 12, $len;
            substr $buffer, 0, 12 + $len, '';
            return ($status, $body);
        }
        my $left = $until - time;
        return if $left <= 0;
        next if !$select->can_read($left);
        if (!sysread $socket, $buffer, 65536, length $buffer) {
            print "closed\n";
            exit 0;
        }
    }
}

# docs/protocol.md: HELLO with I2C, VALUES and LEASE; LEASE; OPEN
send_frame(1, 'BWWR' . pack('v v V V C/a*', 1, 2, 0x83, 65536, 'holder'));
receive(5);
send_frame(5, '');
my (undef, $lease) = receive(5);
my ($silence_ms, $identity) = unpack 'V C/a*', $lease;
send_frame(4, pack('v v C/a*', 0, 0, $export));
my ($status, $text) = receive(5);
if ($status) {
    print 'refused: ', unpack('C/a*', $text), "\n";
    exit 2;
}
print "held $silence_ms $identity\n";
while (time < $end) {
    my $left = $end - time;
    my $beat = $silence_ms / 3000;
    receive(!$mute && $silence_ms && $beat < $left ? $beat : $left);
    send_frame(2, '') if !$mute;
}
print "over\n";
exit 1;
