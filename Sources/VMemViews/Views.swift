/// What /proc, debugfs and the commands beside them show of a machine. Nothing here changes it.
public enum Views {}
