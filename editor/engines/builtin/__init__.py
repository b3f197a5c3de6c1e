"""The engine that needs no key: fills holes and changes tones on the CPU."""
