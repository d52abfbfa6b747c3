function __vimap_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __vimap_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __vimap_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __vimap_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __vimap_parse_tokens -S
    set -l unparsed_tokens (__vimap_tokens -pc)
    switch $unparsed_tokens[1]
    case 'vimap'
        __vimap_parse_subcommand -r 1 'R/raw-input' '0/null' 'encoding=' 'max-record=' 'o/output=' 'format=' 'k/keep-order' 'window=' 'meta' 'failed=' 'j/jobs=' 'init=+' 'chunk=' 'lifespan=' 'max-worker-rss=' 'shard-by=' 'exec=' 'each' 'text' 'protocol=' 'ready=' 'match=' 'on-desync=' 'outputs=' 'end-mark=' 'feed=+' 'quote=' 'post=+' 'X/request=' 'H/header=+' 'body=' 'body-text=' 'no-body' 'batch=' 'concurrency=' 'connect-timeout=' 'max-pause=' 'accept=' 'response=' 'expect=' 'max-response=' 'idempotency-key' 'location' 'user=' 'netrc' 'cacert=' 'cert=' 'key=' 'insecure' 'proxy=' 'noproxy=' 'unix-socket=' 'compressed' 'http2' 'http2-prior-knowledge' 'resolve=+' 'timeout=' 'start-timeout=' 'term-seq=' 'retry=' 'retry-delay=' 'retry-max-delay=' 'retry-on=' 'halt=' 'rate=' 'budget=' 'cost=' 'checkpoint=' 'resume' 'sync=' 'job-version=' 'resume-anyway' 'retry-failed' 'status=' 'status-json=' 'dry-run' 'stats' 'stats-json=' 'progress' 'no-progress' 'v/verbose' 'q/quiet' 'version' 'h/help'
    end
end

function __vimap_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __vimap_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -isn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __vimap_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __vimap_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__vimap_tokens -p)
    if test -z "$(__vimap_tokens -t)"
        set -l index (count (__vimap_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'vimap' -f
complete -c 'vimap' -n '__vimap_should_offer_completions_for_positional "vimap" -ge 1' -F
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" R raw-input' -s 'R' -l 'raw-input' -d 'Each line is text: the record is that line as a JSON string.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" 0 null' -s '0' -l 'null' -d 'Records end in NUL instead of LF.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" encoding' -l 'encoding' -d 'What the input is in, by a name that iconv -l lists: latin1, cp1252, shift_jis, utf-16 (default: UTF-8). Lines kept by --failed are in it too.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" max-record' -l 'max-record' -d 'Longest record, and longest answer of a command; a longer one is an exception.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" o output' -s 'o' -l 'output' -d 'Write there instead of to standard output.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" format' -l 'format' -d 'What a result looks like: object, array ([in,out,type]), pair ([in,out]), out or none; in the last three, exceptions go to standard error.' -rfka 'object array pair out none'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" k keep-order' -s 'k' -l 'keep-order' -d 'Results in the order of the input.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" window' -l 'window' -d 'Most bytes of input in flight or waiting for their turn.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" meta' -l 'meta' -d 'Add index, file, line, worker, attempts and seconds to each result.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" failed' -l 'failed' -d 'Also write the input line of each exception there, to be fed again.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" j jobs' -s 'j' -l 'jobs' -d 'Workers, at most; n%, +n and -n reckon from the processors online (default: as many, or one a URL).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap"' -l 'init' -d 'Bound argument, repeatable: workers take the values of a name in turn, and find theirs as VIMAP_INIT_NAME in the environment, and as {init.NAME} in URLs and headers.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" chunk' -l 'chunk' -d 'Hand out this many records at once (default: adapts itself).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" lifespan' -l 'lifespan' -d 'Replace a worker after this many records.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" max-worker-rss' -l 'max-worker-rss' -d 'Replace a worker that has grown past this, between records: the resident memory of its command\'s processes.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" shard-by' -l 'shard-by' -d 'Records with the same value there go to the same worker, in order.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" exec' -l 'exec' -d 'A command for the shell, instead of COMMAND.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" each' -l 'each' -d 'Start the command for each record: all it prints is the answer. In its arguments, {} is the record, {.path} a part of it, {/.path} the name of that file, {#} its index, {%} the worker and {init.NAME} a bound argument.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" text' -l 'text' -d 'What the command prints is text; out is a JSON string.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" protocol' -l 'protocol' -d 'lines: a record a line and an output a line, in order; envelope: {"id":N,"in":RECORD} and {"id":N,"out":VALUE} or {"id":N,"exception":VALUE}, in any order.' -rfka 'lines envelope'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" ready' -l 'ready' -d 'The line by which the command says that it is ready, or /REGEX/ to be found in it: what it prints up to there is skipped.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" match' -l 'match' -d 'Pair answers with records by the value that both have there, in any order; PATH=PATH where the answer has it elsewhere.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" on-desync' -l 'on-desync' -d 'When lines and records don\'t match up: stop, or go-on with a new command.' -rfka 'stop go-on'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" outputs' -l 'outputs' -d 'Answers of the command: one line each, or many, up to a line that --end-mark gives; out is then their list.' -rfka 'one many'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" end-mark' -l 'end-mark' -d 'The line that ends an answer of --outputs many.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap"' -l 'feed' -d 'What the command reads for each record instead of it, with {}, {.path} and the like filled in; several are lines one below the other.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" quote' -l 'quote' -d 'How --feed writes values: json; sql, strings between single quotes; text, bare.' -rfka 'json sql text'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap"' -l 'post' -d 'Send each record to this URL, repeatable: workers take the URLs in turn. {.a.b} is a field of the record, percent-encoded; {+.a.b} keeps its /?&= as they are. {+.} is a record that is a URL.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" X request' -s 'X' -l 'request' -d 'The method of the requests (default: POST); GET has a body too without --no-body.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap"' -s 'H' -l 'header' -d 'A header, repeatable; its value may have placeholders. @FILE has one a line.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" body' -l 'body' -d 'Send this field as JSON (default: the whole record).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" body-text' -l 'body-text' -d 'Send this field, a string, as it is.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" no-body' -l 'no-body' -d 'Send no body.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" batch' -l 'batch' -d 'Send so many records in one request, as an array; the answer is an array of as many.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" concurrency' -l 'concurrency' -d 'Requests in flight for each worker, or records with --protocol envelope (default: 8); auto goes by what the server bears. Each needs up to 3 open files.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" connect-timeout' -l 'connect-timeout' -d 'The longest connecting may take (default: 10s).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" max-pause' -l 'max-pause' -d 'The longest pause that a server may ask for with Retry-After and get (default: 1h); where it asks for more, its records are exceptions at once.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" accept' -l 'accept' -d 'Statuses that make an output (default: 200-299); any other is an exception.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" response' -l 'response' -d 'What out is: full ({status,headers,body}) or body (default: full).' -rfka 'full body'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" expect' -l 'expect' -d 'What bodies have to be: json, text or any (default: JSON where the answer\'s type says so, else any).' -rfka 'json text any'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" max-response' -l 'max-response' -d 'Longest body of an answer, after decompression (default: 16M, most: 256M); a longer one is an exception.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" idempotency-key' -l 'idempotency-key' -d 'Add the header Idempotency-Key, the same for every try of a record.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" location' -l 'location' -d 'Follow redirects, at most 10, and never on to another host with credentials.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" user' -l 'user' -d 'Name and password for the server; --netrc and --header @FILE keep them out of the list of processes.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" netrc' -l 'netrc' -d 'Take name and password from ~/.netrc.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" cacert' -l 'cacert' -d 'Trust these certificates, in PEM, instead of the system\'s.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" cert' -l 'cert' -d 'Certificate of the client, in PEM, and the password of its key.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" key' -l 'key' -d 'Key of the client\'s certificate.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" insecure' -l 'insecure' -d 'Do not verify the server\'s certificate.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" proxy' -l 'proxy' -d 'Go through this proxy instead of the environment\'s; \'\' for none.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" noproxy' -l 'noproxy' -d 'Hosts that no proxy is used for.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" unix-socket' -l 'unix-socket' -d 'Connect to this socket, whatever the host.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" compressed' -l 'compressed' -d 'Ask for answers in gzip or deflate, and decompress them.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" http1.1' -l 'http1.1' -d 'Speak HTTP/1.1.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" http2' -l 'http2' -d 'Speak HTTP/2 where the server does, over TLS, with many requests on one connection.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" http2-prior-knowledge' -l 'http2-prior-knowledge' -d 'Speak HTTP/2 without TLS, to servers that are known to speak it.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap"' -l 'resolve' -d 'Where this host and port are to be found, repeatable.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" timeout' -l 'timeout' -d 'The longest a command may be at a record (default: none), or a request may take (default: 30s).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" start-timeout' -l 'start-timeout' -d 'The longest a command may take to be ready: to print the line of --ready, or to read of its first record (default: none); --timeout counts from there.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" term-seq' -l 'term-seq' -d 'How a command ends that does not leave by itself: times and signals in turn (default: 10s,TERM,2s,KILL).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" retry' -l 'retry' -d 'Try a record again that failed in a way that may pass, up to this many times (default: 0).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" retry-delay' -l 'retry-delay' -d 'The longest pause before the first further try; it doubles with each (default: 1s).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" retry-max-delay' -l 'retry-max-delay' -d 'The longest pause before any further try (default: 60s).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" retry-on' -l 'retry-on' -d 'What is tried again: kinds of exceptions, statuses and ranges of them (default: exit,signal,timeout,http_transport,408,425,429,500,502,503,504).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" halt' -l 'halt' -d 'Stop before the end of the input where records fail: soon finishes what is in flight, now kills it; at the first failure, or at fail=n or fail=n% of them (default: never).' -rfka 'never soon now'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" rate' -l 'rate' -d 'Most tries started, over all workers: a number per s, m or h.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" budget' -l 'budget' -d 'Most that the records started may cost together: a number per s, m or h. It goes with --cost.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" cost' -l 'cost' -d 'Where a record says what it costs: a number.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" checkpoint' -l 'checkpoint' -d 'Write down there what is done, so that a run that is cut off can be gone on with.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" resume' -l 'resume' -d 'Go on with the job of --checkpoint, if there is one.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" sync' -l 'sync' -d 'Have what is written reach the disk this often; 0 is with each write (default: 1s).' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" job-version' -l 'job-version' -d 'The version of what the command does: a job of another one is not gone on with.' -rfka ''
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" resume-anyway' -l 'resume-anyway' -d 'Go on although options have changed that results depend on.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" retry-failed' -l 'retry-failed' -d 'With --resume: also do the records again that failed.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" status' -l 'status' -d 'Say how far the job of a checkpoint has come, and do nothing else.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" status-json' -l 'status-json' -d 'The same as one JSON object, for programs.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" dry-run' -l 'dry-run' -d 'Start nothing, and print what would run for each record: a command for a shell, or the request as one of curl, without secrets.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" stats' -l 'stats' -d 'At the end, show on standard error what the run came to and where the time went.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" stats-json' -l 'stats-json' -d 'At the end, write the same there, as JSON.' -rF
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" progress' -l 'progress' -d 'Show how far the run has come: a line on a terminal, where it is shown anyway; elsewhere a line every 10 seconds.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" no-progress' -l 'no-progress' -d 'Do not show how far the run has come.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" v verbose' -l 'verbose' -s 'v' -d 'Say what is decided and why: restarts, pauses, batch sizes.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" version' -l 'version' -d 'Show the version.'
complete -c 'vimap' -n '__vimap_should_offer_completions_for_flags_or_options "vimap" h help' -s 'h' -l 'help' -d 'Show help information.'
