// How hot loops are compiled.
//
// The loops stand in plain functions (MODULED_CPU_CLONES does not work on templates and lambdas); what they have in
// common stands in MODULED_INLINE functions, which take the instruction set of the clone that they end up in.
#pragma once

// One clone of the function for AVX-512, one for AVX2 with FMA and one for any processor; the loader picks. Sanitizers
// cannot: the loader would call into them before they are ready.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define MODULED_CPU_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MODULED_CPU_CLONES
#endif

#define MODULED_INLINE __attribute__((always_inline)) inline

// Stands before a loop whose i-th step reads and writes only i-th elements. It may then run in place: without this the
// compiler would have to assume that a store changes what a later step reads.
#if defined(__clang__)
#define MODULED_VECTOR_LOOP _Pragma("clang loop vectorize(assume_safety)")
#else
#define MODULED_VECTOR_LOOP _Pragma("GCC ivdep")
#endif
