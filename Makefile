# For those who type make: the same words as dev.py, which does the work. Options go in ARGS,
# as in: make test ARGS="tests/compose -k danish"

.PHONY: setup demo test check chaos bench
setup demo test check chaos bench:
	@python3 dev.py $@ $(ARGS)
