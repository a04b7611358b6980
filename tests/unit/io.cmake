jam_check(io files)
jam_check(io loop)
jam_check(io listen)
