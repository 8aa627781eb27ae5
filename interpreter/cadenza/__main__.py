"""`python -m cadenza`, for where the script is not on the path."""

from cadenza.cli.main import main

main()
