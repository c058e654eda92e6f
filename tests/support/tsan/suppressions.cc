// What ThreadSanitizer must not believe of the packaged libraries, which are compiled without it.
//
// Their own atomics order their own memory, and it sees neither. Races between our own accesses are still found.
extern "C" const char* __tsan_default_suppressions() {  // NOLINT: the name is the runtime's.
  return "called_from_lib:libgrpc.so\n"
         "called_from_lib:libgrpc++.so\n"
         "called_from_lib:libgpr.so\n"
         "called_from_lib:libprotobuf.so\n"
         "called_from_lib:libabsl_status.so\n"
         "called_from_lib:libabsl_cord.so\n"
         "called_from_lib:libgomp.so\n"
         "called_from_lib:libdnnl.so\n"
         "race:libgrpc.so\n"
         "race:libgrpc++.so\n"
         "race:libgpr.so\n"
         "race:libabsl_status.so\n"
         "race:Status::Unref\n"  // Inlined; what it counts down is counted up and down in the library.
         "race:libgomp.so\n"
         "race:libopenblas.so\n"
         "race:libdnnl.so\n";
}
