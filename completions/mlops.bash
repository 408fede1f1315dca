# bash completion for mlops; the program itself knows the words.
_mlops() {
  local IFS=$'\n' line='' glued=0 head tail word i
  local -a words=()
  # bash cuts words at '=', ':' and '@'; put them together again, up to the cursor.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]} > 0)) && [[ $word == [=:@]* || $glued == 1 ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == *[=:@] ]] && glued=1 || glued=0
  done
  tail=${words[-1]}
  head=${tail%"${tail##*[=:@]}"}
  COMPREPLY=()
  while read -r line; do
    line=${line%%$'\t'*}
    COMPREPLY+=("${line#"$head"}")
  done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/=] ]] && compopt -o nospace
}
complete -F _mlops mlops
