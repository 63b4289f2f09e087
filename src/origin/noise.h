/* Bytes that look random, do not compress, and follow from a seed and an
 * offset alone: any part of a large file can be made without what comes before
 * it. The mixing is that of SplitMix64 (Steele, Lea and Flood, "Fast Splittable
 * Pseudorandom Number Generators", 2014). Pure; any thread. */
#ifndef ORIGIN_NOISE_H
#define ORIGIN_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* Puts bytes offset..offset+len-1 of the endless file of seed in out. The same
 * on every machine. */
void noise_fill(uint64_t seed, uint64_t offset, void *out, size_t len);

/* The word at index of the same file: bytes 8 * index on, lowest first. */
uint64_t noise_word(uint64_t seed, uint64_t index);

#endif
