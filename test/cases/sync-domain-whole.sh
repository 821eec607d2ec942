# $ sync.ts
# with: HEY_HOSTNAME=core01.example.org
# on PATH: nh
nh os boot /path/to/flake --hostname core01.example.org --no-specialisation -- --show-trace
