"""Pure rules of incidents, freezes and changes: standard library only, no clock, no await."""
