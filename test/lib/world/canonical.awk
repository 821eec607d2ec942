# Blocks of a record without what differs from run to run, and without what is only asked again: blocks that repeat those before them.
BEGIN { RS = ""; ORS = "\n\n" }
{
  gsub(/(^|\n) *(left|up|clock|memory|available|load|cores|date) -?[0-9.]+/, "\n  a number")
  block[++n] = $0
  for (long = 1; long <= 6; long++) {
    if (n < 2 * long) break
    same = 1
    for (i = 0; i < long; i++) if (block[n - i] != block[n - long - i]) { same = 0; break }
    if (same) { n -= long; break }
  }
}
END { for (i = 1; i <= n; i++) print block[i] }
