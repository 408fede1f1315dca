# What changed between two versions of folders and files.
# shellcheck disable=SC2154,SC2016
load lib
load files

setup() { enter_files; }

# changes WORDS...: "state path from changed", one per line.
changes() { mlops data diff "$@" -q --porcelain | cut -f1-4 | tr '\t' ' ' | sed 's/ *$//'; }

# changed_folder: the folder images in two versions, with each kind of difference.
changed_folder() {
  mkdir -p images/deep
  for file in same content mode both gone deep/moved; do echo "$file" >"images/$file"; done
  ln -s same images/link
  mlops data add images -q >/dev/null
  echo other >images/content
  echo another >images/both
  chmod +x images/mode images/both
  rm images/gone
  mv images/deep/moved images/moved
  ln -sf mode images/link
  echo new file >images/new
  mlops data add images -q >/dev/null
}

differences_of_it='modified images/both  content and mode
modified images/content  content
removed images/gone
modified images/link  content
modified images/mode  mode
renamed images/moved images/deep/moved
added images/new'

@test "folders: every kind of difference, in the order of the paths" {
  changed_folder
  is "$(changes images)" "$differences_of_it"
  answers 0 mlops data diff images
  is "$stderr" 'images@v1 -> images@v2: 1 added, 1 removed, 4 modified, 1 renamed, 5 B more'
  answers 0 mlops data diff images --json
  is "$(jq -c '.items[] | select(.path == "images/both") | del(.digest_before, .digest_after)' <<<"$output")" \
    '{"state":"modified","path":"images/both","from":null,"changed":"content and mode","bytes_before":5,"bytes_after":8,"mode_before":"0644","mode_after":"0755"}'
  is "$(jq -c '.items[] | select(.path == "images/new") | [.bytes_before, .bytes_after, .mode_before, .digest_before]' <<<"$output")" \
    '[null,9,null,null]'
  is "$(jq -r '.items[] | select(.path == "images/content") | .digest_after' <<<"$output")" \
    "sha256:$(sha256sum <images/content | cut -d' ' -f1)"
}

@test "folders: every form of an address" {
  changed_folder
  pinned=sha256:$(pinned_digest images)
  for words in images images@v2 'images@v1 images' 'images@{1} images' 'files/images@v1 files/images' './images@v1 images'; do
    # shellcheck disable=SC2086
    is "$(changes $words)" "$differences_of_it"
  done
  is "$(changes images@v1 "$pinned")" "$(sed -E 's/^(added|modified|renamed) images\//\1 /' <<<"$differences_of_it")"
  is "$(changes images "$pinned")" ""
  record=$(tail -1 .mlops/refs/files/images | grep -o 'sha256:[0-9a-f]*' | head -1)
  is "$(changes images@v1 "$record")" "$differences_of_it"
  is "$(changes images@v1 "${record:7:9}")" "$differences_of_it"
  # What is pinned is not always the newest.
  mlops data checkout images@v1 -q >/dev/null
  answers 4 mlops data diff images
  is "$(jq -r .error.id <<<"$(mlops data diff images --json 2>&1 >/dev/null)")" diff.first
  is "$(changes images@v2)" "$differences_of_it"
}

@test "folders: two of different names, and the work tree" {
  changed_folder
  cp -r images pictures
  echo more >pictures/more
  mlops data add pictures -q >/dev/null
  is "$(changes images pictures)" "added pictures/more"
  is "$(changes images --work-tree)" ""
  echo again >images/new
  rm images/same
  is "$(changes images --work-tree)" $'modified images/new\nremoved images/same'
  answers 3 mlops data diff images --work-tree --exit-code
  answers 2 mlops data diff images images@v1 --work-tree
  answers 2 mlops data diff "sha256:$(pinned_digest images)" --work-tree
}

@test "folders: contents that are not here are not needed, lists of files are" {
  mkdir images
  head -c 2000000 /dev/urandom >images/large
  mlops data add images -q >/dev/null
  echo small >images/small
  mlops data add images -q >/dev/null
  rm "$(object_of images/large)"
  is "$(changes images)" "added images/small"
  is "$(changes images@v1 --work-tree)" $'not in store images/large\nadded images/small'
  rm -r .mlops/objects
  answers 6 mlops data diff images
}

@test "--exit-code: a difference is exit code 3, of status too" {
  changed_folder
  answers 3 mlops data diff images --exit-code
  answers 0 mlops data diff images
  answers 0 mlops data diff images images@v2 --exit-code
  answers 0 mlops data status --exit-code
  echo changed >images/new
  answers 3 mlops data status --exit-code
  answers 0 mlops data status
  answers 0 mlops data checkout -q --force
  mlops remote add origin ../share -q >/dev/null
  answers 0 mlops data status --exit-code
  has "$output" "not in remote"
}

@test "files: lines of text, as diff -u has them" {
  seq 40 >n.txt
  mlops data add n.txt -q >/dev/null
  sed -i '3s/.*/three/; 20d; 38a more' n.txt
  printf 'no end' >>n.txt
  cp n.txt new
  chmod +x n.txt
  mlops data add n.txt -q >/dev/null
  answers 0 mlops data diff n.txt
  seq 40 >old
  is "$(tail -n +3 <<<"$output" | sed 's/^\\ .*/\\/')" "$(diff -u old new | tail -n +3 | sed 's/^\\ .*/\\/')"
  is "$(head -2 <<<"$output")" $'--- n.txt@v1\n+++ n.txt@v2'
  is "$stderr" "mode 0644 -> 0755"
  answers 0 mlops data diff n.txt --json
  is "$(jq -c '.items[0] | [.state, .content, .first_line, .lines_added, .lines_removed, .mode_after]' <<<"$output")" \
    '["modified","text",3,3,2,"0755"]'
  answers 3 mlops data diff n.txt --exit-code
  printf 'wild \e[31m\n' >n.txt
  mlops data add n.txt -q >/dev/null
  answers 0 mlops data diff n.txt
  lacks "$output" $'\e'
}

@test "files: of binary and of large ones, where they part" {
  head -c 3000000 /dev/zero >b.bin
  yes 'a line of text' | head -c 9000000 >large.txt
  mlops data add b.bin large.txt -q >/dev/null
  printf x | dd of=b.bin bs=1 seek=2000000 conv=notrunc status=none
  printf X | dd of=large.txt bs=1 seek=$((15 * 500000)) conv=notrunc status=none
  mlops data add b.bin large.txt -q >/dev/null
  is "$(mlops data diff b.bin --json | jq -c '.items[0] | [.content, .first_byte, .first_line]')" '["binary",2000000,null]'
  is "$(mlops data diff large.txt --json | jq -c '.items[0] | [.content, .first_byte, .first_line, .lines_added]')" \
    '["large text",7500000,500001,null]'
  answers 0 mlops data diff b.bin
  has "$output" 'first byte     2000000'
}

@test "files: a mode alone is a difference" {
  echo a >a.txt
  mlops data add a.txt -q >/dev/null
  chmod +x a.txt
  mlops data add a.txt -q >/dev/null
  answers 3 mlops data diff a.txt --exit-code
  is "$(mlops data diff a.txt --json | jq -c '.items[0] | [.state, .content, .mode_before, .mode_after]')" \
    '["modified","same","0644","0755"]'
  answers 0 mlops data diff a.txt@v1 a.txt@v1 --exit-code
}

@test "what cannot be compared is said" {
  changed_folder
  echo a >a.txt
  mlops data add a.txt -q >/dev/null
  answers 2 mlops data diff images a.txt
  is "$stderr" $'error: \'images@v2\' is a folder, and \'a.txt@v1\' is a file: they cannot be compared\n\nhint: two datasets can, two folders, and two files'
  answers 2 mlops data diff images --key id
  has "$stderr" "'--key' is for tables"
  answers 4 mlops data diff imags
  has "$stderr" 'a similar name exists: `images`'
  answers 4 mlops data diff images@v7
  has "$stderr" "'images' has no version 7"
  answers 4 mlops data diff images/same
  answers 4 mlops data diff a.txt
}

@test "a million files: differences are told while they are found" {
  [[ -n ${MLOPS_TEST_LARGE:-} ]] || skip "set MLOPS_TEST_LARGE to run it"
  many images 1000000
  mlops data add images -q >/dev/null
  rm images/0/*0.txt
  mlops data add images -q >/dev/null
  run --separate-stderr command time -f %M mlops data diff images -q
  is "${#lines[@]}" 100000
  ((${stderr##*$'\n'} < 200000))
}
