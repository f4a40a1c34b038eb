import MLTCommands

CommandLineEntry.main()
