link_key() {
  derive "$@"
  ln -s "$shown" "$keys/$name"
}
