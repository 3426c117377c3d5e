"""What Python and the operating system count of the process anyway, and what their numbers are good for."""

from service.operations.family import Dimension, Family, Kind

_GENERATION = (Dimension("generation", ("0", "1", "2")),)  # of CPython's garbage collector

RUNTIME = (  # exported by prometheus_client's own collectors; those named process_ need /proc
    Family(
        "process_resident_memory_bytes",
        Kind.GAUGE,
        "bytes",
        "Memory of the process that is in RAM.",
        "Growing for hours at an even load: a leak; lower CLAIMWIRE_BATCH_RECORDS and report it with two values.",
    ),
    Family(
        "process_virtual_memory_bytes",
        Kind.GAUGE,
        "bytes",
        "Address space of the process.",
        "Nothing to do; the memory in RAM is the one that counts.",
    ),
    Family(
        "process_cpu_seconds_total",
        Kind.COUNTER,
        "seconds",
        "Processor time that the process has used.",
        "Near one second a second with little consumed: the loop spins; see the log for a poll that fails at once.",
    ),
    Family(
        "process_start_time_seconds",
        Kind.GAUGE,
        "seconds",
        "When the process started, in seconds since 1970.",
        "Recent, again and again: the process restarts; the log's last critical line says why.",
    ),
    Family(
        "process_open_fds",
        Kind.GAUGE,
        "files",
        "Files and sockets that are open.",
        "Near the maximum: connections are not closed. Raise `ulimit -n` for now and report it.",
    ),
    Family(
        "process_max_fds", Kind.GAUGE, "files", "Files and sockets that may be open.", "Below 100: raise `ulimit -n`."
    ),
    Family(
        "python_info",
        Kind.GAUGE,
        "",
        "Always 1; the labels say which Python runs.",
        "Not the version you deployed: an old image.",
        tuple(map(Dimension, ("version", "implementation", "major", "minor", "patchlevel"))),
    ),
    Family(
        "python_gc_objects_collected_total",
        Kind.COUNTER,
        "objects",
        "Objects that Python's garbage collector has freed.",
        "Nothing to do; read it beside the memory.",
        _GENERATION,
    ),
    Family(
        "python_gc_objects_uncollectable_total",
        Kind.COUNTER,
        "objects",
        "Objects that it could not free.",
        "Growing: a leak in a library's C code; report it.",
        _GENERATION,
    ),
    Family(
        "python_gc_collections_total",
        Kind.COUNTER,
        "collections",
        "Times that it ran.",
        "Nothing to do; read it beside the processor time.",
        _GENERATION,
    ),
)
