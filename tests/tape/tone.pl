#!/usr/bin/perl
# Record from the simulated USB sound card: isochronous transfers with the
# kernel's usbfs, for a guest that has no sound driver.
#
# usage: tone.pl FILE PACKETS      FILE is /dev/bus/usb/BUS/DEVICE
#
# Prints how many packets of PACKETS were whole, how many bytes they had, and the
# largest sample; status 0 if all transfers came back.
#
# Source: Linux, uapi/linux/usbdevice_fs.h; the numbers are those of a machine
# with pointers of 32 bits.
#
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;

use constant {
    SETINTERFACE   => 0x80085504,
    SUBMITURB      => 0x802c550a,
    REAPURB        => 0x4004550c,
    CLAIMINTERFACE => 0x8004550f,
    INTERFACE      => 1, # the microphone's, whose setting 1 has the endpoint
    ENDPOINT       => 0x81,
    ISO_ASAP       => 2,
    PACKET         => 96,
    IN_URB         => 10, # packets
    IN_FLIGHT      => 8,  # URBs
    HEAD           => 44, # bytes of an URB before its packets
};

my ($file, $packets) = @ARGV;
my (@urb, @data);

sub submit {
    my ($usb, $i) = @_;
    $data[$i] = '';
    vec($data[$i], PACKET * IN_URB - 1, 8) = 0; # memory of its own
    $urb[$i] = pack('CCxx l L P l5 L L', 0, ENDPOINT, 0, ISO_ASAP, $data[$i],
        length $data[$i], 0, 0, IN_URB, 0, 0, $i)
        . pack('L3', PACKET, 0, 0) x IN_URB;
    ioctl($usb, SUBMITURB, $urb[$i]) or die "SUBMITURB: $!\n";
}

open(my $usb, '+<', $file) or die "$file: $!\n";
ioctl($usb, CLAIMINTERFACE, my $claim = pack('L', INTERFACE))
    or die "CLAIMINTERFACE: $!\n";
ioctl($usb, SETINTERFACE, my $set = pack('LL', INTERFACE, 1))
    or die "SETINTERFACE: $!\n";

my ($whole, $bytes, $peak) = (0, 0, 0);
my $left = int($packets / IN_URB);
my $end = $left < IN_FLIGHT ? $left : IN_FLIGHT;
submit($usb, $_) for 0 .. $end - 1;
my $submitted = $end;
for my $done (0 .. $left - 1) {
    my $i = $done % IN_FLIGHT; # they come back in their order
    ioctl($usb, REAPURB, my $which = pack('L', 0)) or die "REAPURB: $!\n";
    for my $p (0 .. IN_URB - 1) {
        my (undef, $length, $status) =
            unpack('L L l', substr($urb[$i], HEAD + 12 * $p, 12));
        next if $status || $length != PACKET;
        $whole++;
        $bytes += $length;
        for (unpack('s*', substr($data[$i], PACKET * $p, PACKET))) {
            $peak = abs if abs > $peak;
        }
    }
    if ($submitted < $left) {
        submit($usb, $i);
        $submitted++;
    }
}
print "$whole $bytes $peak\n";
