"""What officers see of distributions: before, meanwhile and after."""
