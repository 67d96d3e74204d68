"""The pure core: what a canteen terminal knows and decides; no clock, no disk, no network."""
