-- MariaDB reads this whenever it starts.
CREATE DATABASE IF NOT EXISTS keystone CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS glance CHARACTER SET utf8mb4;
