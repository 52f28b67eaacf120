/**
 * How many cases the test of a law tries: all of them with `BIWA_TESTS=thorough`, a quarter otherwise. Nearly all choose other cases
 * in each run, so that many quick runs find what a long one finds; a failure says the seed that brings it back.
 */
const thorough = process.env.BIWA_TESTS === 'thorough'

export const tries = (all: number): number => (thorough ? all : Math.ceil(all / 4))
