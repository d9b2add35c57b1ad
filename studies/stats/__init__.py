"""Statistics: functions of arrays, without access to the store."""
