# The table of the tests of views. `load visits` after `load lib`.
# shellcheck shell=bash

# visits: 600 visits of two shops as CSV, one every thirty minutes. Its delay is known when it is done; bad and good
# hours take turns. `kind` is missing at times, and of some kinds there are few.
visits() {
  awk 'function at(m) { return sprintf("2026-01-%02d %02d:%02d:00", 1 + int(m / 1440), int(m % 1440 / 60), m % 60) }
    BEGIN {
      print "moment,shop,size,delay,done,kind,late"
      for (i = 0; i < 600; ++i) {
        delay = int(i / 60) % 2 ? 20 + i * 7 % 20 : i * 7 % 18
        kind = i % 11 == 5 ? "" : substr("abcdefg", 1 + int(sqrt(i * 13 % 49)), 1)
        print at(i * 30) "," (i % 2 ? "north" : "south") "," i * 5 % 9 "," delay "," at(i * 30 + 60) "," kind "," (delay > 15)
      }
    }'
}
