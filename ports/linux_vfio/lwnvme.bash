# SPDX-License-Identifier: MIT
#
# Completion of the lwnvme command for bash: source this file, or put it into the directory of completions as `lwnvme`.
# Commands and addresses come from the command itself, which does not touch a drive for that.

# _lwnvme_command: the first word that is neither an option nor an option's value; empty while there is none.
_lwnvme_command() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -d | --device | -n | --namespace | -f | --file | --irq | --sysfs | --procfs | --devfs) ((i++)) ;;
        -*) ;;
        *)
            echo "${COMP_WORDS[i]}"
            return ;;
        esac
    done
}

_lwnvme() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words command
    # Addresses have colons, at which bash cuts words; where bash-completion is loaded it puts them together.
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n : -c word -p before
    fi
    command=$(_lwnvme_command)
    case $before in
    -d | --device) words=$(lwnvme complete bound 2>/dev/null) ;;
    -f | --file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --sysfs | --procfs | --devfs) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --irq) words='msix msi intx poll' ;;
    -n | --namespace) words= ;;
    *)
        case $word in
        -*) words='--device --namespace --file --json --yes --irq --no-huge-pages --no-bar-mmap --sysfs --procfs --devfs
            --help --version' ;;
        *)
            case $command in
            '' | help) words=$(lwnvme complete commands 2>/dev/null) ;;
            bind) words=$(comm -23 <(lwnvme complete devices 2>/dev/null) <(lwnvme complete bound 2>/dev/null)) ;;
            unbind) words=$(lwnvme complete bound 2>/dev/null) ;;
            *) words= ;;
            esac ;;
        esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$word"
    fi
}

complete -F _lwnvme lwnvme
