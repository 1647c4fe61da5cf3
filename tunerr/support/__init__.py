"""Tools that know nothing of television: tasks, processes, HTTP, clocks, snapshots, logging."""
