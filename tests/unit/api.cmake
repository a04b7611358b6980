jam_check(api jam)
