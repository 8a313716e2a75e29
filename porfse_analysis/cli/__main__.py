"""`python -m porfse_analysis.cli` is the command `porfse`."""

from porfse_analysis.cli import main

if __name__ == "__main__":
    main()
