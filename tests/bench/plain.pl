#!/usr/bin/perl
# The bytes that a tape moves through the agent, over a TCP connection without
# either: what the network between the two lets through.
#
# usage: plain.pl listen PORT                         on 0.0.0.0, until it is killed
#        plain.pl HOST PORT write|read SIZE COUNT     prints the seconds it took;
#                                                     is ended after LIMIT_S of them
#
# As with a tape, each record of SIZE bytes waits for the one before: a write is
# answered with REPLY bytes, a read asked for with REQUEST bytes, which are the
# frames of a SCSI_CMD and its reply.
#
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use constant {
    REQUEST => 12 + 10 + 6,
    REPLY   => 12 + 9,
    LIMIT_S => 120,
};

# take SOCKET LENGTH: false at the other end's end
sub take {
    my ($socket, $left) = @_;
    while ($left > 0) {
        my $got = sysread($socket, my $bytes, $left);
        return 0 if !$got;
        $left -= $got;
    }
    return 1;
}

sub give {
    my ($socket, $bytes) = @_;
    my $done = 0;
    while ($done < length $bytes) {
        $done += syswrite($socket, $bytes, length($bytes) - $done, $done)
            // die "plain.pl: $!\n";
    }
}

# trade SOCKET COUNT THEIRS OURS: that many bytes from them, then so many of ours
sub trade {
    my ($socket, $count, $theirs, $ours) = @_;
    my $bytes = "\0" x $ours;
    while ($count-- > 0) {
        take($socket, $theirs) or return;
        give($socket, $bytes);
    }
}

sub serve {
    my ($socket) = @_;
    my $line = <$socket> // return;
    my ($verb, $size, $count) = split ' ', $line;
    give($socket, "\n");
    return trade($socket, $count, $size, REPLY) if $verb eq 'write';
    trade($socket, $count, REQUEST, $size);
}

sub listener {
    my ($port) = @_;
    my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 1,
        ReuseAddr => 1) or die "plain.pl: port $port: $@\n";
    while (my $socket = $listener->accept) {
        $socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
        serve($socket);
    }
}

sub client {
    my ($host, $port, $verb, $size, $count) = @_;
    alarm LIMIT_S;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port)
        or die "plain.pl: $host port $port: $@\n";
    my ($ours, $theirs) = $verb eq 'write' ? ($size, REPLY) : (REQUEST, $size);
    $socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    $socket->autoflush(1);
    print $socket "$verb $size $count\n";
    take($socket, 1) or die "plain.pl: nobody answers\n";
    my $start = time;
    my $bytes = "\0" x $ours;
    for (1 .. $count) {
        give($socket, $bytes);
        take($socket, $theirs) or die "plain.pl: the other end has gone\n";
    }
    printf "%.4f\n", time - $start;
}

die "usage: plain.pl listen PORT | HOST PORT write|read SIZE COUNT\n"
    if @ARGV != 2 && @ARGV != 5;
$ARGV[0] eq 'listen' ? listener($ARGV[1]) : client(@ARGV);
