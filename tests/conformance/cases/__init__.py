"""Cases 1 to 40 of the contract, in rooms by what they are about."""

from tests.conformance.cases import answers, fields, masks, others, pictures, refusals, streams

__all__ = ["NUMBERS", "answers", "fields", "masks", "others", "pictures", "refusals", "streams"]

NUMBERS = list(range(1, 41))
