// SPDX-License-Identifier: MIT
// Last include of every *_rt.c: names that would allocate, lock or enter the
// kernel stop the build there. No guard: it declares nothing.

#if defined(__GNUC__)
#  pragma GCC poison malloc calloc realloc free posix_memalign aligned_alloc
#  pragma GCC poison printf fprintf snprintf sprintf puts fputs fopen fwrite
#  pragma GCC poison pthread_mutex_lock pthread_cond_wait sem_wait    nanosleep
#  pragma GCC poison read write send recv sendto recvfrom poll        usleep
#  pragma GCC poison clock_gettime rand srand abort exit              assert
#endif
