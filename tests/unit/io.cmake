jam_check(io files)
jam_check(io loop)
