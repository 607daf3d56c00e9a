# SPDX-License-Identifier: MIT
#
# Completion of the lwnvme command for bash: source this file, or put it into the directory of completions as `lwnvme`.
# Commands and addresses come from the command itself, which does not touch a drive for that.

# _lwnvme_line: the words up to the cursor, into the array `line`. Bash cuts them at the colons of an address; here they
# are put together again.
_lwnvme_line() {
    local i part last=-1
    line=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        part=${COMP_WORDS[i]}
        if ((last >= 1)) && [[ $part == : || ( $part == :* && ${line[last]} != -* ) || ${line[last]} == *: ]]; then
            line[last]+=$part
        else
            line+=("$part")
            last=$((last + 1))
        fi
    done
}

# _lwnvme_command: the first word before the last that is neither an option nor an option's value; empty while there is none.
_lwnvme_command() {
    local i
    for ((i = 1; i < ${#line[@]} - 1; i++)); do
        case ${line[i]} in
        -d | --device | -n | --namespace | -f | --file | --irq | --sysfs | --procfs | --devfs) ((i++)) ;;
        -*) ;;
        *)
            echo "${line[i]}"
            return ;;
        esac
    done
}

# _lwnvme_words: what can stand in place of the last word.
_lwnvme_words() {
    case $before in
    -d | --device)
        lwnvme complete bound
        return ;;
    --irq)
        echo 'msix msi intx poll'
        return ;;
    -n | --namespace) return ;;
    esac
    if [[ $word == -* ]]; then
        echo '--device --namespace --file --json --yes --force --irq --no-huge-pages --no-bar-mmap'
        echo '--sysfs --procfs --devfs --help --version'
        return
    fi
    case $(_lwnvme_command) in
    '' | help) lwnvme complete commands ;;
    bind) comm -23 <(lwnvme complete devices) <(lwnvme complete bound) ;;
    unbind) lwnvme complete bound ;;
    esac
}

_lwnvme() {
    local line word before
    _lwnvme_line
    word=${line[-1]}
    before=${line[-2]}
    case $before in
    -f | --file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --sysfs | --procfs | --devfs) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$(_lwnvme_words 2>/dev/null)" -- "$word") ;;
    esac
    # What stands before the last colon is a word of its own for bash.
    if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
    fi
}

complete -F _lwnvme lwnvme
