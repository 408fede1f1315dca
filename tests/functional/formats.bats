# Stores that were written by earlier formats, and by this one when it was new, are read as they are, for good.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() { enter_fresh_project; }

# take NAME: the store of that name is that of the project.
take() { zstd -qdc --long=27 "$source_dir/tests/data/stores/$1.tar.zst" | tar -x; }

# every_object: each object named by a tree, a record or a reference can be read, and is what its name says.
every_object() {
  local digest seen='' next
  next=$(cat .mlops/refs/*/* | grep -o 'sha256:[0-9a-f]\{64\}' | sort -u)
  while [[ -n $next ]]; do
    for digest in $next; do
      is "sha256:$(unprivileged mlops show --content "$digest" | sha256sum | cut -d' ' -f1)" "$digest" || return 1
    done
    seen=$(sort -u <<<"$seen"$'\n'"$next")
    next=$(for digest in $next; do unprivileged mlops show --content "$digest" | head -c 1000000; done |
      grep -ao 'sha256:[0-9a-f]\{64\}' | sort -u | grep -vxF "$seen" || true)
  done
  sed '/^$/d' <<<"$seen" | wc -l
}

# read_only FORMAT OBJECTS
read_only() {
  take "format$1"
  before=$(find .mlops -type f -exec sha256sum {} + | sort)
  chmod -R a-w .mlops
  is "$(cat .mlops/format)" "{\"format\":$1}"
  answers 0 unprivileged mlops store fsck
  is "$output" ""
  answers 0 unprivileged mlops data query 'SELECT count(*), min(joined) FROM people' --porcelain
  is "$output" $'4\t2025-01-05'
  answers 0 unprivileged mlops data query 'SELECT count(*) FROM "people@v1"' --porcelain
  is "$output" 3
  is "$(every_object)" "$2"
  chmod -R u+w .mlops
  is "$(find .mlops -type f -exec sha256sum {} + | sort)" "$before"
}

@test "format 1" { read_only 1 8; }

@test "format 2" {
  read_only 2 61
  is "$(find .mlops/packs -name '*.zst' | wc -l) $(find .mlops/recipes -type f | wc -l)" "2 1"
}

@test "what every format has is added to, and collected" {
  for format in 1 2; do
    rm -rf .mlops mlops.*
    take format$format
    before=$(mlops log --porcelain)
    answers 0 mlops store gc --grace 0 --delay 0
    answers 0 mlops store gc --grace 0 --delay 0 --json
    is "$(jq '.items[0].removed_objects + .items[0].waiting_objects' <<<"$output")" 0
    printf 'id,name,joined\n7,Eve,2025-04-01\n' >people.csv
    answers 0 mlops ingest people --quiet
    is "$(version_of people)" 3
    is "$(mlops log --porcelain | tail -n +2)" "$before"
    is "$(cat .mlops/format)" "{\"format\":$format}"
    answers 0 mlops store fsck
  done
}

# from_page NAME: that function, as mlops-store(5) has it.
from_page() {
  eval "$(sed -n "/^    $1() {/,/^    }/p" "$source_dir/man/mlops-store.5.md")"
}

@test "a pack is as its page says" {
  take format2
  from_page unpack
  for pack in .mlops/packs/*.zst; do
    [[ $(zstd -dc "$pack") != *"picture 17"* ]] || break
  done
  n=$(tail -c 16 "$pack" | od --endian=little -An -v -tu8 -N8 | tr -d ' ')
  is "$(tail -c 8 "$pack")" mlopspk1
  is "$(tail -c $((48 * n + 48)) "$pack" | head -c $((48 * n)) | sha256sum | cut -d' ' -f1)" "$(basename "$pack" .zst)"
  is "$(tail -c 48 "$pack" | head -c 32 | od -An -v -tx1 | tr -d ' \n')" "$(basename "$pack" .zst)"
  is "$(tail -c $((48 * n + 56)) "$pack" | head -c 8 | od -An -tx1 | tr -d ' ')" "5e2a4d18$(printf %08x $((48 * n + 48)) | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/')"
  has "$(zstd -dc "$pack")" "picture 17"
  hex=$(echo 'picture 17' | sha256sum | cut -d' ' -f1)
  is "$(unpack "$pack" "$hex")" "picture 17"
  is "$(unpack "$pack" "${hex:1}0" || echo none)" none
}

@test "a recipe is as its page says" {
  take format2
  recipe=$(find .mlops/recipes -type f)
  hex=${recipe#.mlops/recipes/}
  hex=${hex/\//}
  is "$(cat "$recipe")" "$(jq -cS . "$recipe")"
  is "$(jq '[.parts[].size] | add' "$recipe")" "$(jq .size "$recipe")"
  from_page unpack
  from_page object
  object "$hex" | sha256sum | is "$(cut -d' ' -f1)" "$hex"
}
