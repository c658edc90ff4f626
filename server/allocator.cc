// The server's allocator is jemalloc, and this is how it is set up. Beside speed it brings what a
// server with a stated memory needs: what is freed goes back to the system soon, by a thread of its
// own, whichever thread freed it.
//
//     background_thread   returning memory holds up nobody who serves
//     dirty_decay_ms      what is free goes back within a second, so that one large text is not
//                         paid for ever
//     muzzy_decay_ms      and at once for good, so that what the system shows is what is held
//     retain              the address space is given back, too, which a limit on it counts

extern "C" {
// The name is jemalloc's. NOLINTNEXTLINE(readability-identifier-naming)
const char* malloc_conf =
    "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,retain:false";
}
