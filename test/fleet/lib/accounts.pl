# Stands in for NixOS's update-users-groups.pl, of nixpkgs of 2024-08-02: what is declared, what was declared before, and what was made by hand.
use strict;
use JSON::PP;

sub lines_of { open(my $in, "<", $_[0]) or return (); my @lines = <$in>; chomp @lines; return @lines }
sub write_to { my ($file, $mode, @lines) = @_; open(my $out, ">", "$file.tmp") or die; print $out map { "$_\n" } @lines; close $out; chmod $mode, "$file.tmp"; rename "$file.tmp", $file or die }
sub by_name { return map { my @f = split(":", $_, -1); ($f[0], \@f) } lines_of($_[0]) }

my $spec = decode_json(join("", lines_of($ARGV[0])));
my %declared_users = map { $_ => 1 } map { split " " } lines_of("/var/lib/nixos/declarative-users");
my %declared_groups = map { $_ => 1 } map { split " " } lines_of("/var/lib/nixos/declarative-groups");
my (%passwd, %group, %shadow) = ();
my %passwd_now = by_name("/etc/passwd");
my %group_now = by_name("/etc/group");
my %shadow_now = by_name("/etc/shadow");
my $mutable = $spec->{mutableUsers};

my $next = 500;
my %used_gids = map { $_->[2] => 1 } values %group_now;
for my $g (@{$spec->{groups}}) {
    my $now = $group_now{$g->{name}};
    my %members = map { $_ => 1 } @{$g->{members}};
    if ($now && $mutable) { $members{$_} = 1 for grep { !$declared_users{$_} } split(",", $now->[3]) }
    my $gid = $now ? $now->[2] : $g->{gid};
    unless (defined $gid) { $next++ while $used_gids{$next}; $gid = $next; $used_gids{$gid} = 1 }
    $group{$g->{name}} = [$g->{name}, "x", $gid, join(",", sort keys %members)];
}
for my $name (keys %group_now) { $group{$name} //= $group_now{$name} if $mutable && !$declared_groups{$name} }

$next = 1000;
my %used = map { $_->[2] => 1 } values %passwd_now;
for my $u (@{$spec->{users}}) {
    my $now = $passwd_now{$u->{name}};
    my $uid = $now ? $now->[2] : $u->{uid};
    unless (defined $uid) { $next++ while $used{$next}; $uid = $next; $used{$uid} = 1 }
    my $gid = $group{$u->{group}} ? $group{$u->{group}}[2] : 65534;
    if ($u->{createHome}) { mkdir $u->{home}, 0700; chown $uid, $gid, $u->{home}; chmod 0700, $u->{home} }
    $passwd{$u->{name}} = [$u->{name}, "x", $uid, $gid, "", $u->{home}, $u->{shell}];
    my $hash = $u->{hashedPassword};
    ($hash) = lines_of($u->{hashedPasswordFile}) if defined $u->{hashedPasswordFile} && -e $u->{hashedPasswordFile};
    my @entry = $shadow_now{$u->{name}} ? @{$shadow_now{$u->{name}}} : ($u->{name}, $hash // "!", 1, "", "", "", "", "", "");
    $entry[1] = $hash // "!" unless $mutable;
    if (defined $u->{expires}) { my $days = `date -u -d "$u->{expires}" +%s`; $entry[7] = int($days / 86400) }
    $shadow{$u->{name}} = \@entry;
}
for my $name (keys %passwd_now) {
    next if $passwd{$name} || !$mutable || $declared_users{$name};
    $passwd{$name} = $passwd_now{$name};
    $shadow{$name} = $shadow_now{$name} if $shadow_now{$name};
}
write_to("/etc/group", 0644, map { join(":", @$_) } sort { $a->[2] <=> $b->[2] } values %group);
write_to("/etc/passwd", 0644, map { join(":", @$_) } sort { $a->[2] <=> $b->[2] } values %passwd);
write_to("/etc/shadow", 0600, map { join(":", @$_) } values %shadow);
write_to("/var/lib/nixos/declarative-users", 0644, join(" ", sort map { $_->{name} } @{$spec->{users}}));
write_to("/var/lib/nixos/declarative-groups", 0644, join(" ", sort map { $_->{name} } @{$spec->{groups}}));
