#!/usr/bin/perl
# A line with a delay, for kernels without netem: two tun devices, and every packet waits between them.
# slow-line.pl THIS-END THAT-END MS PIDFILE    MS is the added round trip
use strict;
use warnings;
use Time::HiRes qw(time);

use constant { TUNSETIFF => 0x400454ca, IFF_TUN_NO_PI => 0x1001 };

my ($this_name, $that_name, $ms, $pid_file) = @ARGV;
my $wait = $ms / 2000;

sub tun {
    my ($name) = @_;
    sysopen(my $tun, '/dev/net/tun', 2) or die "/dev/net/tun: $!\n";
    ioctl($tun, TUNSETIFF, pack('Z16 s x22', $name, IFF_TUN_NO_PI)) or die "$name: $!\n";
    return $tun;
}

my ($this, $that) = (tun($this_name), tun($that_name));
open(my $ready, '>', "$pid_file.new") or die "$pid_file: $!\n";
print $ready "$$\n";
close $ready;
rename "$pid_file.new", $pid_file;

my @line;    # [when it is due, where to, the packet], oldest first: one delay for all keeps the order
while (1) {
    my $readable = '';
    vec($readable, fileno $_, 1) = 1 for $this, $that;
    my $left = @line ? $line[0][0] - time : undef;
    $left = 0 if defined $left && $left < 0;
    select($readable, undef, undef, $left);
    for ([$this, $that], [$that, $this]) {
        my ($from, $to) = @$_;
        next unless vec($readable, fileno $from, 1) && sysread $from, my $packet, 65536;
        push @line, [time + $wait, $to, $packet];
    }
    # A device that is down takes nothing: the packet is lost, as on a real line.
    while (@line && $line[0][0] <= time) { syswrite $line[0][1], $line[0][2]; shift @line }
}
