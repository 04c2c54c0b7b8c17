"""Small runs with known faults, healthy twins beside, of trainers that people write or call every day."""
