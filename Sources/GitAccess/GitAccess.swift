// GitAccess
