import fc from 'fast-check'

// The same cases every run: a failure is a change of ours, not of the dice. FAST_CHECK_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20261121) })
