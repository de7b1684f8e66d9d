# The agent's stand-in where there is no Python: asks for files, patterns and commands in, answers as lines of JSON out.
#
# POSIX sh, run by whatever stands at /bin/sh there. `nonce` and `asks` come before it: `asks` has a line for each ask,
# its words parted by blanks and spelled for `printf %b`. What a word holds is never run as text of this shell.
# It writes no file. Every command has `nonce` in its environment, and whoever goes on with it is killed.
#
# Bytes are base64, or hexadecimal after `hex:`. A word of an answer is plain after `=`, else bytes.

LC_ALL=C
newline='
'
blank=" $newline"
IFS=$blank
export LC_ALL
set -f
cd / || exit 70

# Prints the folders of PATH that are absolute, then the standard ones, each once.
search_path() {
    IFS=:
    # shellcheck disable=SC2086 # it is parted here
    set -- ${PATH-} /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin
    IFS=$blank
    folders=
    for folder do
        case $folder in
        /*) case :$folders: in *:"$folder":*) ;; *) folders=${folders:+$folders:}$folder ;; esac ;;
        esac
    done
    printf '%s' "$folders"
}

# Sets `found` to the path of a program; a name with a slash is one already.
find_program() {
    found=
    case $1 in
    */*) found=$1; return ;;
    esac
    IFS=:
    for folder in $PATH; do
        if [ -f "$folder/$1" ] && [ -x "$folder/$1" ]; then found=$folder/$1; break; fi
    done
    IFS=$blank
}

has() {
    find_program "$1"
    [ "$found" ]
}

# What to spell bytes with depends on what is there: coreutils, busybox, or only what POSIX asks for.
choose_tools() {
    spell=none
    if [ "$(printf abc | head -c 1 2>/dev/null)" = a ]; then
        long=$(printf '%090d' 1 | base64 -w 0 2>/dev/null)
        if [ "${#long}" = 120 ]; then spell=base64
        elif [ "$(printf a | base64 2>/dev/null)" = YQ== ]; then spell=lines
        fi
    fi
    if [ "$spell" = none ] && [ "$(printf a | od -An -v -tx1 -N 1 2>/dev/null | joined)" = 61 ]; then spell='od'; fi
    session=
    if has setsid; then session=setsid; fi
    signals=
    if env --default-signal=INT,QUIT env >/dev/null 2>&1; then signals=--default-signal=INT,QUIT; fi
    fraction=
    if sleep 0.01 2>/dev/null; then fraction=1; fi
}

# Joins the words of all lines.
joined() {
    while read -r line; do
        for word in $line; do printf '%s' "$word"; done
    done
}

# Spells at most $1 bytes of the file $2, or of the input. Complaints go to standard error.
spelled() {
    most=$1
    shift
    case $spell in
    base64) head -c "$most" ${1+-- "$1"} | base64 -w 0 ;;
    lines) head -c "$most" ${1+-- "$1"} | base64 | joined ;;
    *) printf hex:; od -An -v -tx1 -N "$most" ${1+-- "$1"} | joined ;;
    esac
}

# Reads on to the end of what somebody prints, within reason, so that he isn't held up.
drained() {
    if [ "$spell" = od ]; then od -An -N 16777216 >/dev/null 2>&1; else head -c 16777216 >/dev/null 2>&1; fi
}

# Prints a word of an answer.
worded() {
    case $1 in
    *[!A-Za-z0-9/._:@%+,~\ \(\)#=-]*) printf '"'; printf '%s' "$1" | spelled 65536; printf '"' ;;
    *) printf '"=%s"' "$1" ;;
    esac
}

# Prints why a program complained: what follows the last colon of its last line, as strerror(3) has it.
reason() {
    why=${1##*"$newline"}
    why=${why##*: }
    case $why in *[!A-Za-z\ /\(\)-]*) why='unknown error' ;; esac
    printf '%s' "$why"
}

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

do_call() {
    name=$1
    shift
    case $name in
    uname) system_names; printf '"words":[%s]' "$names" ;;
    listdir) do_listdir "$1" ;;
    readlink | which) printf '"words":['; comma=''; why=''; "each_$name" "$@"; printf ']%s' "${why:+,\"why\":\"$why\"}" ;;
    *) printf '"why":"no python"' ;;
    esac
}

# Sets `names` to what uname(2) says, as JSON: system, node, release, version, machine.
system_names() {
    names=
    for file in ostype hostname osrelease version; do
        name=
        if [ -r "/proc/sys/kernel/$file" ]; then IFS= read -r name <"/proc/sys/kernel/$file"; fi
        names=$names$(worded "$name"),
    done
    names=$names$(worded "$(uname -m)")
}

do_listdir() {
    wild='' why='' comma=''
    if ! listable "$1/"; then printf '"why":"%s"' "$why"; return; fi
    printf '"words":['
    set +f
    for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        if [ -e "$path" ] || [ -L "$path" ]; then
            printf '%s' "$comma"
            worded "${path##*/}"
            comma=,
        fi
    done
    set -f
    printf ']'
}

each_readlink() {
    for path do
        printf '%s' "$comma"
        comma=,
        if ! [ -L "$path" ]; then printf null; continue; fi
        target=$(readlink -n -- "$path" 2>/dev/null && echo .) || why='Permission denied'
        worded "${target%.}"
    done
}

each_which() {
    for name do
        printf '%s' "$comma"
        comma=,
        find_program "$name"
        if [ "$found" ] && [ -x "$found" ]; then worded "$found"; else printf null; fi
    done
}

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

# Sets `here` to the time in hundredths of a second.
look_at_clock() {
    IFS=' .' read -r seconds hundredths rest </proc/uptime
    hundredths=${hundredths#0}
    here=$((seconds * 100 + hundredths))
}

# Answers one ask, $1, of the kind $2, in $3 seconds at most; what follows is its own.
perform() {
    case $spell in none) printf '{"id":%s,"why":"no tools"}\n' "$1"; return ;; esac
    id=$1 kind=$2 limit=$3
    shift 3
    if ! [ "$fraction" ]; then case $limit in *.*) limit=$((${limit%.*} + 1)) ;; esac; fi
    look_at_clock
    began=$here
    {
        text=$(
            exec 4>&1 2>/dev/null
            "do_$kind" "$@"
        )
        look_at_clock
        # Built in everywhere, so that no length is too long, and there is no backslash in it.
        echo "{\"id\":$id,\"hundredths\":$((here - began)),$text}"
    } </dev/null &
    job=$!
    guard "$job" "$limit" </dev/null &
    guarding=$!
    if ! wait "$job"; then
        look_at_clock
        printf '\n{"id":%s,"hundredths":%s,"why":"timeout"}\n' "$id" "$((here - began))"
    fi
    kill -s TERM "$guarding" 2>/dev/null
    wait "$guarding"
}

# Sets the words of an ask, $1, to what they spell, and answers it.
answer() {
    # shellcheck disable=SC2086 # it is parted here
    set -- $1
    count=$#
    while [ "$count" -gt 0 ]; do
        word=$1
        shift
        case $word in *\\*) word=$(printf '%b' "$word"; echo .); word=${word%"$newline"}; word=${word%.} ;; esac
        set -- "$@" "$word"
        count=$((count - 1))
    done
    perform "$@"
}

# Answers all asks, and stops when nobody is there any more to hear it.
work() {
    while [ "$asks" ]; do
        ask=${asks%%"$newline"*}
        asks=${asks#*"$newline"}
        if ! kill -s 0 "$$"; then exit 1; fi 2>/dev/null
        answer "$ask"
    done
}

# Ends everything that was begun, and this shell.
finish() {
    trap '' HUP INT TERM PIPE USR1
    if [ "$working" ] && kill -s 0 "$working"; then
        kill -s STOP "$working"
        for pid in $working $(kin "$$"); do kill -s KILL "$pid"; done
        strike KILL
    fi 2>/dev/null
    exit 0
}

greet() {
    uid=$(id -u)
    clock=$(date +%s%N)
    case $clock in
    *[!0-9]* | '' | ??????????) clock=$(date +%s)000000000 ;;
    esac
    system_names
    printf '{"hello":1,"uname":[%s],"uid":%s,"python":"","clock":%s}\n' "$names" "${uid:-65534}" "$clock"
}

PATH=$(search_path)
export PATH
for file in /proc/uptime /dev/null; do
    if ! [ -r "$file" ]; then echo "neither Python nor $file is there" >&2; exit 127; fi
done
read -r line </proc/self/stat
# shellcheck disable=SC2086
set -- ${line##*) }
own_session=$4
choose_tools
greet
working=
trap finish HUP INT TERM PIPE
trap 'working=; finish' USR1
{ if (work); then kill -s USR1 "$$"; else kill -s TERM "$$"; fi; } </dev/null &
working=$!
while read -r line; do :; done
finish
