# Files and patterns: bytes as they are, spelled, and why something can't be read.

# Prints why something can't be read as a file, nothing if it can or isn't there.
unfit() {
    if [ -d "$1" ]; then printf 'Is a directory'
    elif [ -e "$1" ] && ! [ -f "$1" ]; then printf special
    else case ${1##*/} in kmsg | trace_pipe | trace_pipe_raw) printf consumed ;; esac
    fi
}

# Prints the bytes of a file to descriptor 4, and why they could not be read to standard output.
poured() {
    why=$(unfit "$2")
    if [ "$why" ]; then printf '%s' "$why"; return; fi
    said=$({ spelled "$1" "$2" >&4; } 2>&1)
    if [ "$said" ]; then reason "$said"; fi
}

do_file() {
    printf '"data":"'
    why=$(poured "$1" "$2")
    printf '"%s' "${why:+,\"why\":\"$why\"}"
}

# Sets the paths that match the pattern $1, in `matches`, spelled for `worded`; and `missed`, which is JSON, and `why`.
do_glob() {
    most=$1 bound=$2 rest=$3/ missed='' why='' wild=''
    set -- ''
    while [ "$rest" ]; do
        part=${rest%%/*}
        rest=${rest#*/}
        if [ "$part" ]; then
            count=$#
            case $part in *[*?[]*) is_wild=1 ;; *) is_wild= ;; esac
            while [ "$count" -gt 0 ]; do
                folder=$1
                count=$((count - 1))
                shift
                if ! [ "$is_wild" ]; then set -- "$@" "$folder/$part"; continue; fi
                if ! listable "$folder/"; then continue; fi
                IFS=
                set +f
                for match in "$folder/"$part; do
                    IFS=$blank
                    if [ -e "$match" ] || [ -L "$match" ]; then set -- "$@" "$match"; fi
                done
                set -f
                IFS=$blank
            done
            wild=$wild$is_wild
        fi
    done
    if [ "$why" ]; then printf '"why":"%s"' "$why"; else do_files "$@"; fi
}

# Whether a folder can be listed; if not, says so in `why`, or in `missed` where that is only a part of the answer.
listable() {
    if [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ]; then return 0; fi
    said=$(reason "$(ls -- "$1" 2>&1 >/dev/null)")
    if ! [ "$wild" ]; then why=${said:-Permission denied}
    elif [ -d "$1" ]; then missed=$missed,$(worded "${1%/}"):'"'${said:-Permission denied}'"'
    fi
    return 1
}

# Prints the files $@, at most `bound` of them and `most` bytes of each.
do_files() {
    total=$# comma=''
    printf '"files":{'
    for path do
        if ! [ -e "$path" ] && ! [ -L "$path" ]; then continue; fi
        if [ "$bound" -le 0 ]; then break; fi
        bound=$((bound - 1))
        printf '%s' "$comma"
        worded "$path"
        printf ':"'
        why=$(poured "$most" "$path")
        printf '"'
        comma=,
        if [ "$why" ]; then missed=$missed,$(worded "$path"):'"'$why'"'; fi
    done
    printf '},"missed":{%s},"matched":%s' "${missed#,}" "$total"
}
