# Commands: run in a session of their own, bounded in time and output, with nothing left of them.

# Answers with what a command printed, and how it ended. Its two outputs are read side by side; how it ended comes
# through the second in one piece, `<0>`, wherever in between.
do_run() {
    bound=$1
    shift
    why=$(refusal "$1")
    if [ "$why" ]; then
        printf '"why":"%s","path":' "$why"
        worded "$PATH"
        return
    fi
    printf '"data":"'
    said=$(
        exec 6>&1
        { supervised "$@" 2>/dev/null | { spelled "$bound"; drained; } 2>/dev/null >&4 3>&- 6>&-; } 3>&1 |
            { spelled 65536; drained; } 2>/dev/null 4>&- 6>&-
    )
    printf '","stderr":"%s"' "$said"
}

# Prints why a program can't be started, as far as one can see beforehand.
refusal() {
    find_program "$1"
    if ! [ "$found" ]; then printf 'no program'
    elif ! [ -e "$found" ]; then printf 'no such program'
    elif [ -d "$found" ] || ! [ -x "$found" ]; then printf 'Permission denied'
    elif ! has env; then printf 'no env'
    fi
}

# Runs a command, ends what it leaves behind, and says in descriptor 6 how it ended.
supervised() {
    launched "$@" </dev/null 2>&3 3>&- 4>&- 6>&- &
    child=$!
    wait "$child"
    status=$?
    swept "$child" >/dev/null 2>&1 3>&- 4>&- 6>&-
    printf '<%s>' "$status" >&6
}

# Becomes a command in a session of its own, with the environment that commands have on every target.
launched() {
    case $1 in
    -* | *=*) set -- /bin/sh -c 'exec "$@"' sh "$@" ;;
    esac
    # shellcheck disable=SC2086 # words that may be none
    exec $session env -i $signals ${HOME+"HOME=$HOME"} ${USER+"USER=$USER"} ${LOGNAME+"LOGNAME=$LOGNAME"} \
        "PATH=$PATH" LC_ALL=C TERM=dumb "HOSTPROOF_ASK=$nonce" "$@"
}

# Kills what a command left behind, after a moment for those that are about to end.
swept() {
    if [ "$session" ] && kill -s 0 -- "-$1"; then :
    elif ! [ "$(marked)" ]; then return
    fi
    pause
    if [ "$session" ]; then kill -s KILL -- "-$1"; fi
    strike KILL
}

pause() {
    if [ "$fraction" ]; then sleep 0.1; else sleep 1; fi
}

# Prints the processes that have our mark.
marked() {
    set +f
    # shellcheck disable=SC2013 # words they are
    for file in $(grep -l "HOSTPROOF_ASK=$nonce" /proc/[0-9]*/environ 2>/dev/null); do
        file=${file#/proc/}
        case $file in [0-9]*/environ) printf '%s ' "${file%/environ}" ;; esac
    done
    set -f
}

strike() {
    for pid in $(marked); do
        kill -s "$1" -- "-$pid" || kill -s "$1" "$pid"
    done 2>/dev/null
}

# Prints what stems from the process $1: `pid` of each, those in other sessions than ours only where $2 is `others`.
kin() {
    table=
    set +f
    for file in /proc/[0-9]*/stat; do
        row=
        while IFS= read -r line; do row=$row$line; done <"$file"
        pid=${file#/proc/}
        set -f
        # shellcheck disable=SC2086 # it is parted here
        set -- "$1" "${2-}" ${row##*) }
        set +f
        table="$table ${pid%/stat}:${4-}:${6-}"
    done 2>/dev/null
    set -f
    known=" $1 " grown=1
    while [ "$grown" ]; do
        grown=
        for row in $table; do
            pid=${row%%:*} session_of=${row##*:} parent=${row#*:}
            case $known in
            *" $pid "*) ;;
            *" ${parent%:*} "*)
                known="$known$pid " grown=1
                if [ "${2-}" != others ] || [ "$session_of" != "$own_session" ]; then printf '%s ' "$pid"; fi ;;
            esac
        done
    done
}

# Ends the process $1 and all it started when $2 seconds are over: commands first, so that it can say how they ended.
guard() {
    trap 'kill -s KILL "$!"; exit 0' TERM
    sleep "$2" &
    wait "$!"
    ended=
    trap 'ended=1' TERM
    others=$(kin "$1" others)
    for signal in TERM CONT KILL; do
        for pid in $others; do kill -s "$signal" -- "-$pid" || kill -s "$signal" "$pid"; done
        strike "$signal"
        if [ "$signal" != TERM ]; then pause; pause; fi
    done
    pause
    if [ "$ended" ]; then exit 0; fi
    for pid in $1 $(kin "$1"); do kill -s KILL "$pid"; done
} >/dev/null 2>&1
