# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir is of what sources this
# The boot loaders of a host, as far as they choose what boots. Each forgets a one-shot entry before it boots it.

# chosen ROOT: the system that boots
chosen() {
  if [ -e "$1/boot/grub/grub.cfg" ]; then
    by_grub "$1/boot/grub"
  elif [ -e "$1/boot/loader/loader.conf" ]; then
    by_systemd_boot "$1/boot/loader"
  else
    cat "$1/boot/default"
  fi
}

# As NixOS's grub.cfg has it: next_entry wins once. A disk that GRUB can't write to keeps it.
by_grub() {
  local entry
  entry=$(grub-editenv "$1/grubenv" list | sed -n 's/^next_entry=//p')
  if [ -z "$entry" ]; then
    entry=0
  elif [[ $(cat "$dir/boot-disk") != btrfs* ]]; then
    grub-editenv "$1/grubenv" unset next_entry
  fi
  grub_system "$entry" "$1/grub.cfg"
}

# grub_system ENTRY CFG: the entry is a path of titles or numbers, with '>' between them. GRUB's own rules, by other means than hey's.
grub_system() {
  perl -e '
    my ($wanted, $skip, $last) = (shift);
    my @open = (my $top = []);
    for (<>) {
      if (/^\s*if .*grub_platform/) { $skip = 1 } elsif (/^\s*fi\b/) { $skip = 0 }
      next if $skip;
      if (/^\s*(?:menuentry|submenu)\s+"([^"]*)"/) {
        push @{$open[-1]}, my $entry = { title => $1, in => [] };
        push @open, $entry->{in} unless /\}\s*$/;
        $last = $entry;
      } elsif (/\{\s*$/) { push @open, [] }
      elsif (/^\s*\}/) { pop @open }
      elsif (m{init=(\S+)/init\b}) { $last->{init} = $1 }
    }
    my $at = $top;
    my $entry;
    for my $part (split />/, $wanted) {
      ($entry) = $part =~ /^\d+$/ ? $at->[$part] : grep { $_->{title} eq $part } @$at;
      $at = $entry->{in};
    }
    $entry ||= $top->[0];
    print $entry->{init} || "/memtest", "\n";
  ' "$@"
}

# The variables of the firmware: four bytes of attributes, then UTF-16. (A host sees them through hardware/efivarfs.)
by_systemd_boot() {
  local entry once=$dir/efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
  entry=$(sed -n 's/^default //p' "$1/loader.conf")
  if [ -e "$once" ]; then
    entry=$(tail -c +5 "$once" | iconv -f UTF-16LE | tr -d '\0')
    rm "$once"
  fi
  sed -n 's,^options .*init=\([^ ]*\)/init .*,\1,p' "$1/entries/$entry"
}
